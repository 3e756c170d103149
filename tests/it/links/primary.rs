//! Somebody who is employed in several accounts and works in one.

use serde_json::{Value, json};
use support::{Client, JsonExt as _, PASSWORD, TestApp, both_engines};

use super::{comment, comments, link, only_task, tasks, texts};

both_engines!(
    what_is_addressed_to_somebody_appears_in_his_primary_account,
    a_choice_that_closes_a_circle_is_refused,
    tasks_go_on_from_account_to_account,
    what_comes_round_by_contacts_harms_nobody,
);

/// An account of Vera's, whose identity is the same in all of them.
async fn sign_up(app: &TestApp, name: &str) -> Client {
    let body = json!({
        "name": name,
        "title": name,
        "owner": {"name": "Vera", "login": "vera", "email": "vera@home.example", "password": PASSWORD},
    });
    app.anon().post("/v1/accounts", body).await.expect(201);
    let vera = app.sign_in(name, "vera@home.example").await;
    vera.set_mail(false).await;
    vera
}

async fn choose(by: &Client, account: &str) -> support::Answer {
    by.put("/v1/me/primary-account", json!({"account": account})).await
}

async fn primary(of: &Client) -> Value {
    of.get("/v1/me/primary-account").await.expect(200).json()["account"].clone()
}

/// LINKB-1, LINKB-2, LINKB-3, LINKB-4, LINKB-6, LINK-2
async fn what_is_addressed_to_somebody_appears_in_his_primary_account(app: TestApp) {
    let (second, main) = (sign_up(&app, "second").await, sign_up(&app, "main").await);
    let boss = second.admin("boss").await;
    assert_eq!(primary(&second).await, "second");
    choose(&second, "nowhere")
        .await
        .expect(422)
        .problem_at("validation_failed", &[("/account", "unknown_account")]);
    boss.put("/v1/me/primary-account", json!({"account": "main"})).await.expect(422);
    choose(&second, "main").await.expect(200);
    assert_eq!(primary(&second).await, "main");
    app.work().await;
    let body = json!({"title": "Gate", "assignees": [second.me["id"]]});
    let task = boss.post("/v1/tasks", body).await.expect(201).json();
    let written = comment(&boss, &task, "When?", &[&second.me]).await;
    assert_eq!(written["deliveries"][0]["channel"], "link");
    app.work().await;
    let copy = only_task(&main).await;
    assert_eq!(copy["assignees"][0]["id"], main.me["id"]);
    assert_eq!(texts(&main, &copy).await, ["When?"]);
    comment(&main, &copy, "Now", &[&copy["assigner"]]).await;
    app.work().await;
    let answer = comments(&boss, &task).await[1].clone();
    assert_eq!((answer["text"].text(), &answer["author"]["id"]), ("Now", &second.me["id"]), "he himself");
    let incoming = main.get("/v1/me/linked-accounts").await.expect(200).json();
    assert_eq!(
        (&incoming.items()[0]["account"], &incoming.items()[0]["is_primary"]),
        (&json!("second"), &json!(true))
    );
    second.delete("/v1/me/primary-account").await.expect(204);
    app.work().await;
    assert_eq!(primary(&second).await, "second");
    comment(&boss, &task, "Here again", &[&second.me]).await;
    app.work().await;
    assert_eq!(texts(&main, &copy).await, ["When?", "Now"]);
}

/// LINKB-5
async fn a_choice_that_closes_a_circle_is_refused(app: TestApp) {
    let [one, two, three] = ["one", "two", "three"].map(|it| sign_up(&app, it));
    let (one, two, three) = (one.await, two.await, three.await);
    choose(&one, "two").await.expect(200);
    choose(&two, "three").await.expect(200);
    app.work().await;
    choose(&three, "one").await.expect(409).problem("link_cycle");
    choose(&two, "one").await.expect(409).problem("link_cycle");
    choose(&two, "two").await.expect(200);
    choose(&three, "one").await.expect(200);
    app.work().await;
}

/// LINKB-5: hop by hop, both ways.
async fn tasks_go_on_from_account_to_account(app: TestApp) {
    let [one, two, three] = ["one", "two", "three"].map(|it| sign_up(&app, it));
    let (one, two, three) = (one.await, two.await, three.await);
    let boss = one.admin("boss").await;
    choose(&one, "two").await.expect(200);
    choose(&two, "three").await.expect(200);
    app.work().await;
    let body = json!({"title": "Gate", "assignees": [one.me["id"]]});
    let task = boss.post("/v1/tasks", body).await.expect(201).json();
    comment(&boss, &task, "Down", &[&one.me]).await;
    app.work().await;
    let last = only_task(&three).await;
    assert_eq!(texts(&three, &last).await, ["Down"]);
    comment(&three, &last, "Up", &[&last["assigner"]]).await;
    three.patch(format!("/v1/tasks/{}", last.id()), json!({"status": "done"})).await.expect(200);
    app.work().await;
    assert_eq!(texts(&boss, &task).await, ["Down", "Up"]);
    let shown = boss.get(format!("/v1/tasks/{}", task.id())).await.expect(200).json();
    assert_eq!(shown["status"], "done");
    let middle = only_task(&two).await;
    assert_eq!(
        (texts(&two, &middle).await, middle["status"].text()),
        (vec!["Down".into(), "Up".into()], "done")
    );
}

/// LINKB-5, R3: three accounts whose contacts lead round in a circle.
async fn what_comes_round_by_contacts_harms_nobody(app: TestApp) {
    let (a, b, c) = (app.sign_up("a").await, app.sign_up("b").await, app.sign_up("c").await);
    let to_b = link(&a, "B", "anna@b").await;
    let to_c = link(&b, "C", "anna@c").await;
    let to_a = link(&c, "A", "anna@a").await;
    app.work().await;
    let task =
        a.post("/v1/tasks", json!({"title": "Round", "assignees": [to_b["id"]]})).await.expect(201).json();
    app.work().await;
    let in_b = only_task(&b).await;
    comment(&b, &in_b, "On to C", &[&to_c]).await;
    app.work().await;
    let in_c = only_task(&c).await;
    comment(&c, &in_c, "And to A", &[&to_a]).await;
    app.work().await;
    assert_eq!(tasks(&a).await.len(), 2, "the first, and what C told of");
    assert_eq!(texts(&a, &task).await, Vec::<String>::new());
    assert_eq!(texts(&b, &in_b).await, ["On to C"]);
    assert_eq!(texts(&a, &tasks(&a).await[0]).await, ["And to A"]);
}
