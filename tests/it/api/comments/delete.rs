//! `DELETE /v1/comments/{id}`

use chrono::TimeDelta;
use liaison_api::worker;
use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::{Misbehavior, Reply};
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{of, texts, write};
use crate::{
    api::tasks::{mailed, path, set},
    jobs::die_after_it_left,
};

both_engines!(
    its_author_and_administrators_delete_a_comment,
    a_deleted_comment_is_gone_everywhere,
    a_deletion_of_what_was_changed_meanwhile_is_refused,
    mail_that_no_server_has_taken_is_called_back,
    a_mail_under_way_is_not_called_back,
);

/// COM-6
async fn its_author_and_administrators_delete_a_comment(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let admin = anna.admin("admin").await;
    let task = set(&boris, json!({"title": "His", "auditors": [vera.me.id()]})).await;
    for (text, deleter, status) in [
        ("by its author", &vera, 204),
        ("by an administrator", &admin, 204),
        ("by the owner", &anna, 204),
        ("by the assigner", &boris, 403),
    ] {
        let made = write(&vera, &task, json!({"text": text, "notify": [boris.me.id()]})).await;
        deleter.delete(of(&made, "")).await.expect(status);
    }
    assert_eq!(texts(&boris, &task).await, ["by the assigner"]);
}

/// Answers to it stay.
async fn a_deleted_comment_is_gone_everywhere(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let notify = [boris.me.id(), ivan.id()];
    let made = write(&anna, &task, json!({"text": "Hello", "notify": notify})).await;
    let answer = write(&boris, &task, json!({"text": "Re", "reply_to": made.id()})).await;
    anna.delete(of(&made, "")).await.expect(204);
    for client in [&anna, &boris] {
        for about in ["", "/audience", "/deliveries"] {
            client.get(of(&made, about)).await.expect(404).problem("not_found");
        }
        assert_eq!(texts(client, &task).await, ["Re"]);
    }
    anna.patch(of(&made, ""), json!({"text": "Back"})).await.expect(404).problem("not_found");
    anna.delete(of(&made, "")).await.expect(404).problem("not_found");
    let body = json!({"text": "Re", "reply_to": made.id()});
    anna.post(path(&task, "/comments"), body).await.expect(404).problem("not_found");
    boris.get(of(&answer, "")).await.expect(200);
    assert_eq!(mailed(&app).await, Vec::<String>::new());
}

/// RFC 9110 §13.1.1
async fn a_deletion_of_what_was_changed_meanwhile_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "1"})).await;
    let seen = anna.get(of(&made, "")).await.expect(200);
    let changed = anna.patch(of(&made, ""), json!({"text": "2"})).await.expect(200);
    let delete = |tag: &str| anna.delete(of(&made, "")).header("if-match", tag);
    delete(seen.header("etag").unwrap()).await.expect(412).problem("stale_version");
    delete(changed.header("etag").unwrap()).await.expect(204);
}

/// COM-6: what left stays, what waits does not leave; nobody needs to be told that it failed.
async fn mail_that_no_server_has_taken_is_called_back(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let olgas = EmailAddress::parse("olga@client.example").unwrap();
    app.mail().misbehave(&olgas, Misbehavior::Refuse(Reply::new(452, "4.2.2 full")));
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [ivan.id(), olga.id()]})).await;
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    app.mail().behave(&olgas);
    anna.delete(of(&made, "")).await.expect(204);
    app.clock().advance(TimeDelta::minutes(5));
    assert_eq!(mailed(&app).await, Vec::<String>::new());
    let ledger = anna.get("/v1/mail/outgoing").await.expect(200).json();
    let of_person = |person: &Value| {
        let found = ledger.items().iter().find(|it| it["recipients"][0]["person"]["id"] == person["id"]);
        found.unwrap()["recipients"][0].clone()
    };
    assert_eq!(of_person(&ivan)["state"], "accepted");
    let called_back = of_person(&olga);
    let reason = "the comment was deleted before the mail had left";
    assert_eq!((&called_back["state"], &called_back["last_reply"]), (&json!("failed"), &json!(reason)));
}

/// R6: what a server may have already is recorded as it is.
async fn a_mail_under_way_is_not_called_back(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [ivan.id()]})).await;
    die_after_it_left(&app).await;
    anna.delete(of(&made, "")).await.expect(204);
    let ledger = anna.get("/v1/mail/outgoing").await.expect(200).json();
    assert_eq!(ledger.items()[0]["state"], "sending");
    worker::take_back(app.parts()).await.unwrap();
    app.work().await;
    let ledger = anna.get("/v1/mail/outgoing").await.expect(200).json();
    assert_eq!(ledger.items()[0]["state"], "failed");
    assert_eq!(mailed(&app).await.len(), 1);
}
