//! `POST /v1/tasks/{id}/comments:preview`

use mail_parser::MessageParser;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{texts, write};
use crate::api::tasks::{path, set};

both_engines!(
    what_is_shown_is_what_leaves,
    a_preview_changes_nothing,
    who_gets_no_mail_is_shown_with_the_reason,
);

/// Product §3: the very mail, with its files and what it repeats.
async fn what_is_shown_is_what_leaves(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let ivan = anna.contact("ivan").await;
    anna.patch("/v1/settings/contact-mail", json!({"history_messages": 3})).await.expect(200);
    let task = set(&anna, json!({"title": "Gate"})).await;
    let first = write(&anna, &task, json!({"text": "When?", "notify": [ivan.id()]})).await;
    app.work().await;
    app.mail().take();
    app.clock().advance(chrono::TimeDelta::seconds(1));
    let small = anna.upload("plan.txt", b"A plan").await;
    let large = anna.upload("film.bin", &vec![7; 11 * 1024 * 1024]).await;
    let body = json!({
        "text": "Tomorrow.", "notify": [ivan.id(), boris.me.id()], "file_ids": [small.id(), large.id()],
    });
    let shown = anna.post(path(&task, "/comments:preview"), body.clone()).await.expect(200).json();
    assert_eq!(shown["warnings"][0]["code"], "file_not_attached");
    let of = |id: &str| shown.items().iter().find(|it| it["person"]["id"] == id).unwrap();
    assert_eq!((&of(boris.me.id())["channel"], &of(boris.me.id())["mail"]), (&json!("in_app"), &Value::Null));
    let mail = &of(ivan.id())["mail"];
    assert_eq!((&mail["attached"], &mail["linked"]), (&json!(["plan.txt"]), &json!(["film.bin"])));
    assert_eq!(mail["history"], json!([first.id()]));
    assert_eq!((&mail["address"], &mail["from"]["name"]), (&json!("ivan@client.example"), &json!("Anna")));
    write(&anna, &task, body).await;
    app.work().await;
    let sent = app.mail().take();
    let left = MessageParser::new().parse(&sent[0].message).unwrap();
    assert_eq!(left.subject(), Some(mail["subject"].text()));
    // Tokens are of the mail that left.
    let said = |text: &str| -> Vec<String> {
        let is_plain = |line: &&str| !line.contains("/f/") && !line.contains("liaison-ref");
        text.lines().map(str::trim_end).filter(is_plain).map(str::to_owned).collect()
    };
    assert_eq!(said(&left.body_text(0).unwrap()), said(mail["text"].text()));
}

async fn a_preview_changes_nothing(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let task = set(&anna, json!({"title": "Gate"})).await;
    let before = anna.get(path(&task, "")).await.expect(200).json();
    let body = json!({"text": "Hello", "notify": [ivan.id()]});
    anna.post(path(&task, "/comments:preview"), body).await.expect(200);
    assert_eq!(anna.get(path(&task, "")).await.expect(200).json(), before);
    assert_eq!(texts(&anna, &task).await, [] as [&str; 0]);
    app.work().await;
    assert_eq!(app.mail().take().len(), 0);
    assert_eq!(anna.get("/v1/mail/outgoing").await.expect(200).json().items().len(), 0);
}

async fn who_gets_no_mail_is_shown_with_the_reason(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let mute = json!({"name": "mute", "selectable_as_participant": true});
    let mute = anna.post("/v1/contacts", mute).await.expect(201).json();
    let task = set(&anna, json!({"title": "Gate"})).await;
    let body = json!({"text": "Hello", "notify": [mute.id()]});
    let shown = anna.post(path(&task, "/comments:preview"), body).await.expect(200).json();
    let item = &shown.items()[0];
    assert_eq!((&item["state"], &item["mail"]), (&json!("skipped"), &Value::Null));
    assert_eq!(shown["warnings"][0]["code"], "no_address");
    let nobody = json!({"text": "Hello"});
    let shown = anna.post(path(&task, "/comments:preview"), nobody).await.expect(200).json();
    assert_eq!(shown["warnings"][0]["code"], "nobody_addressed");
    anna.post(path(&task, "/comments:preview"), json!({"text": ""})).await.expect(422);
}
