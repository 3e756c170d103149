//! `POST /v1/portal/tasks/{id}/comments`: what a contact writes.

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{enter, path, say, set, texts};
use crate::mail::hand_in_from;

both_engines!(
    an_answer_goes_to_whom_an_answer_by_mail_goes,
    an_answer_to_nothing_goes_to_those_who_work_on_the_task,
    contacts_are_not_told_where_the_account_wants_it_so,
    an_answer_to_a_hidden_comment_stays_in_its_circle,
    what_nobody_has_confirmed_yet_is_kept_from_contacts,
    who_is_linked_gets_it_in_his_own_account,
    the_same_request_twice_is_one_comment,
    only_what_he_sees_can_be_answered,
);

async fn answer(client: &Client, task: &Value, body: Value) -> Value {
    let made = client.post(path(task, "/comments"), body).await.expect(201).json();
    client.app.clock().advance(chrono::TimeDelta::seconds(1));
    made
}

/// The latest comment of a task, as staff see it.
async fn last(by: &Client, task: &Value) -> Value {
    let listed = by.get(format!("/v1/tasks/{}/comments", task.id())).await.expect(200).json();
    listed.items().last().unwrap().clone()
}

fn names(people: &Value) -> Vec<&str> {
    people.as_array().unwrap().iter().map(|it| it["name"].text()).collect()
}

/// Who gets a mail now.
async fn mailed(app: &TestApp) -> Vec<String> {
    app.work().await;
    app.mail().take().iter().flat_map(|it| &it.envelope.recipients).map(ToString::to_string).collect()
}

/// What employees are told in the application and contacts by mail.
async fn told(by: &Client, comment: &Value) -> Vec<Value> {
    let listed = by.get(format!("/v1/comments/{}/deliveries", comment.id())).await.expect(200).json();
    listed.items().iter().map(|it| json!([it["person"]["name"], it["channel"]])).collect()
}

/// DASH-8, CBN-1: the same people, the same notices; the mail that he answers is marked as answered.
async fn an_answer_goes_to_whom_an_answer_by_mail_goes(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan, olga) =
        (anna.employee("boris").await, anna.contact("ivan").await, anna.contact("olga").await);
    let gate = set(&anna, json!({"title": "Gate"})).await;
    let asked = say(&anna, &gate, "When?", &[&ivan, &olga, &boris.me]).await;
    let client = enter(&anna, &ivan).await;
    let written = answer(&client, &gate, json!({"text": "At ten."})).await;
    assert_eq!(written["author"], json!({"name": "ivan", "kind": "contact", "is_reader": true}));
    assert_eq!((&written["reply_to"], &written["text"]), (&asked["id"], &json!("At ten.")));
    assert_eq!(mailed(&app).await, ["olga@client.example"]);
    let by_portal = last(&anna, &gate).await;
    assert_eq!((&by_portal["origin"], &by_portal["id"]), (&json!("portal"), &written["id"]));
    assert_eq!(names(&by_portal["audience"]), ["Anna", "olga", "boris"]);
    let report = anna.get(format!("/v1/comments/{}/deliveries", asked.id())).await.expect(200).json();
    let to_ivan = report.items().iter().find(|it| it["person"]["id"] == ivan["id"]).unwrap();
    assert!(to_ivan["answered_at"].is_string(), "{to_ivan:#}");

    let mail = anna.get(format!("/v1/mail/outgoing?person={}", ivan.id())).await.expect(200).json();
    let raw = format!(
        "From: ivan@client.example\r\nSubject: Re: Gate\r\nMessage-ID: <a@b>\r\nIn-Reply-To: <{}>\r\n\r\nOr at two.\r\n",
        mail.items()[0]["message_id"].text()
    );
    hand_in_from(&app, "ivan@client.example", raw.as_bytes(), &["anna@acme.liaison.test"]).await.expect(202);
    assert_eq!(mailed(&app).await, ["olga@client.example"]);
    let by_mail = last(&anna, &gate).await;
    assert_eq!(by_mail["origin"], "email");
    assert_eq!(names(&by_mail["audience"]), names(&by_portal["audience"]));
    assert_eq!(told(&anna, &by_mail).await, told(&anna, &by_portal).await);
    assert_eq!(texts(&client, &gate).await, ["When?", "At ten.", "Or at two."]);
}

/// DASH-8, CBN-2
async fn an_answer_to_nothing_goes_to_those_who_work_on_the_task(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let gate = set(&anna, json!({"title": "Gate", "assignees": [ivan.id(), boris.me["id"]]})).await;
    answer(&enter(&anna, &ivan).await, &gate, json!({"html": "<p>On <b>Monday</b><script>x</script></p>"}))
        .await;
    let comment = last(&anna, &gate).await;
    assert_eq!(names(&comment["audience"]), ["Anna", "boris"]);
    assert_eq!((&comment["text"], &comment["reply_to"]), (&json!("On Monday"), &Value::Null));
    assert!(!comment["html"].text().contains("script"));
    assert_eq!(mailed(&app).await, [""; 0]);
}

/// IN-5
async fn contacts_are_not_told_where_the_account_wants_it_so(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    anna.patch("/v1/settings/incoming-mail", json!({"mailed_comments_notify_contacts": false}))
        .await
        .expect(200);
    let gate = set(&anna, json!({"title": "Gate"})).await;
    say(&anna, &gate, "When?", &[&ivan, &olga]).await;
    let client = enter(&anna, &ivan).await;
    answer(&client, &gate, json!({"text": "At ten."})).await;
    assert_eq!(names(&last(&anna, &gate).await["audience"]), ["Anna"]);
    assert_eq!(texts(&enter(&anna, &olga).await, &gate).await, ["When?"]);
    assert_eq!(mailed(&app).await, [""; 0]);
}

/// R23, COM-5
async fn an_answer_to_a_hidden_comment_stays_in_its_circle(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let gate = set(&anna, json!({"title": "Gate", "assignees": [boris.me["id"]]})).await;
    super::write(&anna, &gate, json!({"text": "The price?", "hidden": true, "notify": [ivan.id()]})).await;
    answer(&enter(&anna, &ivan).await, &gate, json!({"text": "300."})).await;
    let comment = last(&anna, &gate).await;
    assert_eq!((&comment["hidden"], names(&comment["audience"])), (&json!(true), vec!["Anna"]));
    let seen = boris.get(format!("/v1/tasks/{}/comments", gate.id())).await.expect(200).json();
    assert_eq!(seen.items().len(), 0);
}

/// R17: the portal makes nobody known.
async fn what_nobody_has_confirmed_yet_is_kept_from_contacts(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let gate = set(&anna, json!({"title": "Gate"})).await;
    say(&anna, &gate, "When?", &[&ivan]).await;
    let raw = "From: Pyotr <pyotr@other.example>\r\nSubject: Hi\r\nMessage-ID: <a@b>\r\n\r\nI too.\r\n";
    let address = format!("task+{}@acme.liaison.test", gate["number"]);
    hand_in_from(&app, "pyotr@other.example", raw.as_bytes(), &[&address]).await.expect(202);
    app.work().await;
    let pyotr = last(&anna, &gate).await["author"].clone();
    say(&anna, &gate, "Who are you?", &[&pyotr, &ivan]).await;
    let stranger = enter(&anna, &pyotr).await;
    answer(&stranger, &gate, json!({"text": "A friend."})).await;
    assert_eq!(last(&anna, &gate).await["unrecognized_sender"], true);
    assert_eq!(mailed(&app).await, [""; 0]);
    let client = enter(&anna, &ivan).await;
    assert_eq!(texts(&client, &gate).await, ["When?", "Who are you?"]);
    assert_eq!(texts(&stranger, &gate).await, ["I too.", "Who are you?", "A friend."]);
    let id = last(&anna, &gate).await;
    anna.post(format!("/v1/comments/{}:confirm-sender", id.id()), json!({})).await.expect(200);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    assert_eq!(texts(&client, &gate).await, ["When?", "Who are you?", "A friend."]);
}

/// LINKA-4, LINK-3
async fn who_is_linked_gets_it_in_his_own_account(app: TestApp) {
    let (anna, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let card =
        json!({"name": "Globex", "email": "anna@globex.liaison.test", "selectable_as_participant": true});
    let linked = anna.post("/v1/contacts", card).await.expect(201).json();
    let ivan = anna.contact("ivan").await;
    let gate = set(&anna, json!({"title": "Gate"})).await;
    say(&anna, &gate, "When?", &[&ivan, &linked]).await;
    answer(&enter(&anna, &ivan).await, &gate, json!({"text": "At ten."})).await;
    app.work().await;
    let mirror = globex.get("/v1/tasks").await.expect(200).json().items()[0].clone();
    assert_eq!(last(&globex, &mirror).await["text"], "At ten.");
}

async fn the_same_request_twice_is_one_comment(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let gate = set(&anna, json!({"title": "Gate"})).await;
    say(&anna, &gate, "When?", &[&ivan]).await;
    let client = enter(&anna, &ivan).await;
    let send = async || {
        let call = client.post(path(&gate, "/comments"), json!({"text": "At ten."}));
        call.header("Idempotency-Key", "1").await.expect(201)
    };
    let (first, second) = (send().await, send().await);
    assert_eq!(first.body, second.body);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(texts(&client, &gate).await.len(), 2);
}

/// S6, DASH-5
async fn only_what_he_sees_can_be_answered(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let (gate, roof) =
        (set(&anna, json!({"title": "Gate"})).await, set(&anna, json!({"title": "Roof"})).await);
    let to_olga = say(&anna, &gate, "To Olga", &[&olga]).await;
    let elsewhere = say(&anna, &roof, "Elsewhere", &[&ivan]).await;
    say(&anna, &gate, "To Ivan", &[&ivan]).await;
    let client = enter(&anna, &ivan).await;
    for id in [to_olga.id(), elsewhere.id(), crate::api::tasks::NOBODY] {
        let refused = client.post(path(&gate, "/comments"), json!({"text": "x", "reply_to": id})).await;
        refused.expect(404).problem_at("not_found", &[("/reply_to", "unknown_id")]);
    }
    let empty = client.post(path(&gate, "/comments"), json!({"text": " "})).await.expect(422);
    empty.problem_at("validation_failed", &[("/text", "empty")]);
}
