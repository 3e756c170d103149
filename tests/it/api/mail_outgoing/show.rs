//! `GET /v1/mail/outgoing/{id}`

use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{comment, listed, task};

both_engines!(a_mail_is_shown_with_its_history_and_source, a_token_is_masked);

async fn a_mail_is_shown_with_its_history_and_source(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let offer = task(&anna, &[]).await;
    let made = comment(&anna, &offer, json!({"text": "Hello", "notify": [ivan.id()]})).await;
    app.work().await;
    let sent = app.mail().take();
    let id = listed(&anna, "").await[0].id().to_owned();
    let mail = anna.get(format!("/v1/mail/outgoing/{id}")).await.expect(200).json();
    assert_eq!((&mail["task_id"], &mail["comment_id"]), (&offer["id"], &made["id"]));
    assert_eq!((mail["kind"].text(), mail["state"].text()), ("new_comment", "accepted"));
    assert_eq!(mail["from"], json!({"name": "Anna", "address": "anna@acme.liaison.test"}));
    assert_eq!(mail["subject"], "Re: Offer");
    let person = json!({"id": ivan["id"], "kind": "contact", "name": "ivan"});
    let recipient = json!({
        "person": person, "address": "ivan@client.example", "state": "accepted", "attempts": 1,
        "last_reply": "250 2.0.0 Ok", "opened_at": null, "bounce_class": null,
    });
    assert_eq!(mail["recipients"], json!([recipient]));
    let event = |kind: &str, detail: Value| {
        let at = "2030-01-01T00:00:00Z";
        json!({"at": at, "recipient": person, "type": kind, "by": null, "detail": detail})
    };
    let events = json!([event("queued", Value::Null), event("accepted", "250 2.0.0 Ok".into())]);
    assert_eq!(mail["events"], events);
    assert_eq!(mail["links"], json!([]));
    let message_id = format!("Message-ID: <{}>\r\n", mail["message_id"].text());
    assert!(String::from_utf8(sent[0].message.clone()).unwrap().contains(&message_id));
    assert!(mail["source"].text().contains(&message_id));
}

/// S9
async fn a_token_is_masked(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    comment(&anna, &task(&anna, &[]).await, json!({"text": "Hello", "notify": [ivan.id()]})).await;
    app.work().await;
    let sent = app.mail().take();
    let message = String::from_utf8(sent[0].message.clone()).unwrap();
    let token = message.split_once("Reply-To: reply+").unwrap().1.split('@').next().unwrap();
    let id = listed(&anna, "").await[0].id().to_owned();
    let shown = anna.get(format!("/v1/mail/outgoing/{id}")).await.expect(200);
    assert!(!String::from_utf8(shown.body.to_vec()).unwrap().contains(token));
    assert!(
        shown.json()["source"].text().contains(&format!("Reply-To: reply+{}…@", token.get(..4).unwrap()))
    );
}
