//! `GET /v1/portal/tasks…`: what a contact sees.

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{enter, path, say, set, texts, titles, write};
use crate::mail::hand_in_from;

both_engines!(
    a_contact_sees_what_was_addressed_to_him_and_no_more,
    a_task_that_nothing_in_was_for_him_is_not_there,
    the_description_is_for_whom_it_was_sent_to,
    whose_mail_began_a_task_sees_his_own_words_until_they_are_changed,
    what_a_mail_quotes_stays_with_those_who_had_it,
    lists_come_in_pages,
);

/// DASH-5, COM-5, COM-8, R17, S7: in counts and times no less than in words.
async fn a_contact_sees_what_was_addressed_to_him_and_no_more(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let gate = set(&anna, json!({"title": "Gate"})).await;
    say(&anna, &gate, "An internal note", &[]).await;
    let to_both = say(&anna, &gate, "To both", &[&ivan, &olga]).await;
    let client = enter(&anna, &ivan).await;
    let before = client.get(path(&gate, "")).await.expect(200);
    say(&anna, &gate, "To Olga", &[&olga]).await;
    write(&anna, &gate, json!({"text": "Chosen", "hidden": true, "notify": [olga.id()]})).await;
    let later = app.clock().now() + TimeDelta::minutes(5);
    write(&anna, &gate, json!({"text": "Held", "notify": [ivan.id()], "send_at": later})).await;
    let gone = say(&anna, &gate, "Deleted", &[&ivan]).await;
    anna.delete(format!("/v1/comments/{}", gone.id())).await.expect(204);
    assert_eq!(texts(&client, &gate).await, ["To both"]);
    let after = client.get(path(&gate, "")).await.expect(200);
    assert_eq!((&after.body, after.header("etag")), (&before.body, None), "nor that something happened");
    assert_eq!(before.json()["last_comment_at"], to_both["created_at"]);
    let comments = client.get(path(&gate, "/comments")).await.expect(200).json();
    let expected = json!({"name": "Anna", "kind": "employee", "is_reader": false});
    assert_eq!(comments.items()[0]["author"], expected);
    let shown: Vec<&String> = comments.items()[0].as_object().unwrap().keys().collect();
    assert!(!shown.iter().any(|it| ["audience", "hidden", "deliveries"].contains(&it.as_str())), "{shown:?}");
    app.clock().advance(TimeDelta::minutes(5));
    app.work().await;
    app.mail().take();
    assert_eq!(texts(&enter(&anna, &ivan).await, &gate).await, ["To both", "Held"]);
}

/// DASH-6, S2, S6: not even its name, and not for having written to its address either.
async fn a_task_that_nothing_in_was_for_him_is_not_there(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let gate = set(&anna, json!({"title": "Gate"})).await;
    let roof = set(&anna, json!({"title": "Roof", "participants": [ivan.id()], "assigner": ivan.id()})).await;
    say(&anna, &gate, "To Ivan", &[&ivan]).await;
    say(&anna, &roof, "To Olga", &[&olga]).await;
    let client = enter(&anna, &ivan).await;
    let secret = set(&anna, json!({"title": "Secret"})).await;
    let mail = "From: Ivan <ivan@client.example>\r\nSubject: Hi\r\nMessage-ID: <a@b>\r\n\r\nLet me in.\r\n";
    let address = format!("task+{}@acme.liaison.test", secret["number"]);
    hand_in_from(&app, "ivan@client.example", mail.as_bytes(), &[&address]).await.expect(202);
    app.work().await;
    assert_eq!(titles(&client).await, ["Gate"]);
    for task in [&roof, &secret] {
        client.get(path(task, "")).await.expect(404).problem("not_found");
        client.get(path(task, "/comments")).await.expect(404).problem("not_found");
        let body = json!({"text": "Let me in"});
        client.post(path(task, "/comments"), body).await.expect(404).problem("not_found");
    }
}

/// DASH-6
async fn the_description_is_for_whom_it_was_sent_to(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let body = json!({"title": "Paint", "description": "For 300.", "assignees": [ivan.id()]});
    let paint = set(&anna, body).await;
    let worker = enter(&anna, &ivan).await;
    let shown = worker.get(path(&paint, "")).await.expect(200).json();
    assert_eq!((&shown["title"], &shown["description_text"]), (&json!("Paint"), &json!("For 300.")));
    assert_eq!(texts(&worker, &paint).await, [""; 0]);

    say(&anna, &paint, "Which color?", &[&olga]).await;
    let written_to = enter(&anna, &olga).await;
    let shown = written_to.get(path(&paint, "")).await.expect(200).json();
    assert_eq!((&shown["title"], &shown["description"]), (&json!("Paint"), &Value::Null));
    assert_eq!(shown["description_text"], Value::Null);

    let query = format!("/v1/tasks/{}/participants?person={}&role=assignee", paint.id(), ivan.id());
    anna.delete(query).await.expect(204);
    let shown = worker.get(path(&paint, "")).await.expect(200).json();
    assert_eq!(shown["description"], Value::Null, "what is written there from now on is not for him");
}

/// DASH-5, TBM-1
async fn whose_mail_began_a_task_sees_his_own_words_until_they_are_changed(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let mail = "From: Ivan <ivan@client.example>\r\nSubject: Roof\r\nMessage-ID: <a@b>\r\n\r\nIt leaks.\r\n";
    hand_in_from(&app, "ivan@client.example", mail.as_bytes(), &["anna@acme.liaison.test"]).await.expect(202);
    app.work().await;
    let roof = anna.get("/v1/tasks").await.expect(200).json().items()[0].clone();
    say(&anna, &roof, "We come.", &[&ivan]).await;
    let client = enter(&anna, &ivan).await;
    let shown = client.get(path(&roof, "")).await.expect(200).json();
    assert_eq!(shown["description_text"], "It leaks.");
    let task = format!("/v1/tasks/{}", roof.id());
    anna.patch(&task, json!({"title": "The roof"})).await.expect(200);
    assert_eq!(client.get(path(&roof, "")).await.expect(200).json()["description_text"], "It leaks.");
    anna.patch(&task, json!({"description": "It leaks. He pays late."})).await.expect(200);
    assert_eq!(client.get(path(&roof, "")).await.expect(200).json()["description_text"], Value::Null);
}

/// R23, R24
async fn what_a_mail_quotes_stays_with_those_who_had_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let gate = set(&anna, json!({"title": "Gate"})).await;
    let asked = say(&anna, &gate, "Between us", &[&olga, &ivan]).await;
    let mail = "From: Olga <olga@client.example>\r\nSubject: Re: Gate\r\nMessage-ID: <a@b>\r\n\
        In-Reply-To: <{id}>\r\n\r\nAt ten.\r\n\r\nOn Monday Anna wrote:\r\n> Nobody else knows.\r\n";
    let sent = anna.get(format!("/v1/mail/outgoing?person={}", olga.id())).await.expect(200).json();
    let mail = mail.replace("{id}", sent.items()[0]["message_id"].text());
    hand_in_from(&app, "olga@client.example", mail.as_bytes(), &["anna@acme.liaison.test"]).await.expect(202);
    app.work().await;
    app.mail().take();
    let client = enter(&anna, &ivan).await;
    let listed = client.get(path(&gate, "/comments")).await.expect(200).json();
    let [_, answer] = listed.items() else { panic!("{listed:#}") };
    assert_eq!((&answer["text"], &answer["reply_to"]), (&json!("At ten."), &asked["id"]));
    assert!(!listed.to_string().contains("Nobody else"), "{listed:#}");
}

async fn lists_come_in_pages(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    for title in ["One", "Two", "Three"] {
        let task = set(&anna, json!({"title": title})).await;
        say(&anna, &task, "a", &[&ivan]).await;
        say(&anna, &task, "b", &[&ivan]).await;
    }
    let client = enter(&anna, &ivan).await;
    let page = client.get("/v1/portal/tasks?limit=2").await.expect(200).json();
    let next = format!("/v1/portal/tasks?limit=2&cursor={}", page["next_cursor"].text());
    let rest = client.get(next).await.expect(200).json();
    let titles: Vec<&str> = page.items().iter().chain(rest.items()).map(|it| it["title"].text()).collect();
    assert_eq!((titles, &rest["next_cursor"]), (vec!["Three", "Two", "One"], &Value::Null));
    let comments = path(&page.items()[0], "/comments?limit=1");
    let first = client.get(&comments).await.expect(200).json();
    let second = client.get(format!("{comments}&cursor={}", first["next_cursor"].text())).await.expect(200);
    assert_eq!((&first.items()[0]["text"], &second.json().items()[0]["text"]), (&json!("a"), &json!("b")));
}
