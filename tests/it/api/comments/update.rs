//! `PATCH /v1/comments/{id}`

use chrono::TimeDelta;
use liaison_api::worker;
use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::{Misbehavior, Reply, SentMail};
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{of, texts, write};
use crate::api::tasks::{mailed, set};

both_engines!(
    the_author_changes_the_text_and_nothing_else,
    nobody_but_the_author_changes_a_comment,
    a_change_of_what_was_changed_meanwhile_is_refused,
    what_cannot_be_written_cannot_be_changed_to,
    a_hidden_comment_is_not_there_for_those_who_do_not_see_it,
    a_change_reaches_the_mails_that_no_server_has_taken,
    a_change_reaches_a_mail_that_a_worker_has_in_hand,
);

/// COM-7: whom it was addressed to stays.
async fn the_author_changes_the_text_and_nothing_else(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Ours", "participants": [boris.me.id()]})).await;
    let made = write(&boris, &task, json!({"text": "Helo", "notify": [ivan.id()]})).await;
    app.clock().advance(TimeDelta::seconds(1));
    let changed = boris.patch(of(&made, ""), json!({"html": "<b>Hello</b><script>x()</script>"})).await;
    let changed = changed.expect(200).json();
    let mut expected = made.clone();
    expected.as_object_mut().unwrap().remove("deliveries");
    for (field, value) in [
        ("html", "<b>Hello</b>"),
        ("text", "Hello"),
        ("visible", "Hello"),
        ("edited_at", "2030-01-01T00:00:01Z"),
    ] {
        expected[field] = json!(value);
    }
    assert_eq!(changed, expected);
    assert_eq!(anna.get(of(&made, "")).await.expect(200).json(), expected);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

/// COM-7: not even administrators.
async fn nobody_but_the_author_changes_a_comment(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, admin) = (anna.employee("boris").await, anna.admin("admin").await);
    let task = set(&anna, json!({"title": "Ours", "auditors": [boris.me.id()]})).await;
    let made = write(&admin, &task, json!({"text": "Mine", "notify": [boris.me.id()]})).await;
    for client in [&anna, &boris] {
        let answer = client.patch(of(&made, ""), json!({"text": "Ours"})).await;
        answer.expect(403).problem("forbidden");
    }
    assert_eq!(texts(&anna, &task).await, ["Mine"]);
}

/// RFC 9110 §13.1.1
async fn a_change_of_what_was_changed_meanwhile_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = anna.post(super::path(&task, "/comments"), json!({"text": "1"})).await.expect(201);
    let patch = |text: &str, tag: &str| {
        anna.patch(of(&made.json(), ""), json!({"text": text})).header("if-match", tag)
    };
    let tag = made.header("etag").unwrap();
    let changed = patch("2", tag).await.expect(200);
    patch("3", tag).await.expect(412).problem("stale_version");
    patch("4", changed.header("etag").unwrap()).await.expect(200);
    assert_eq!(texts(&anna, &task).await, ["4"]);
}

async fn what_cannot_be_written_cannot_be_changed_to(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "Hello"})).await;
    for (body, pointer, code) in [
        (json!({}), "/text", "required"),
        (json!({"text": ""}), "/text", "empty"),
        (json!({"html": "<p></p>"}), "/html", "empty"),
        (json!({"text": "x".repeat(64 * 1024 + 1)}), "/text", "too_long"),
        (json!({"text": "a\u{0}b"}), "/text", "invalid"),
        (json!({"text": "a", "hidden": true}), "/hidden", "unknown_field"),
    ] {
        let answer = anna.patch(of(&made, ""), body).await.expect(422);
        answer.problem_at("validation_failed", &[(pointer, code)]);
    }
    for body in [json!({"text": "a", "notify": []}), json!({"send_at": "2030-01-02T00:00:00Z"})] {
        anna.patch(of(&made, ""), body).await.expect(409).problem("already_sent");
    }
    assert_eq!(anna.get(of(&made, "")).await.expect(200).json()["edited_at"], Value::Null);
}

/// COM-5, S7: 404, not 403.
async fn a_hidden_comment_is_not_there_for_those_who_do_not_see_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Ours", "auditors": [boris.me.id()]})).await;
    let secret = write(&anna, &task, json!({"text": "A secret", "hidden": true})).await;
    boris.patch(of(&secret, ""), json!({"text": "Known"})).await.expect(404).problem("not_found");
    boris.delete(of(&secret, "")).await.expect(404).problem("not_found");
}

/// COM-7: and what has left stays as it left.
async fn a_change_reaches_the_mails_that_no_server_has_taken(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let olgas = EmailAddress::parse("olga@client.example").unwrap();
    app.mail().misbehave_times(&olgas, Misbehavior::Refuse(Reply::new(452, "4.2.2 full")), 1);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "Helo", "notify": [ivan.id(), olga.id()]})).await;
    app.work().await;
    let early = app.mail().take();
    anna.patch(of(&made, ""), json!({"text": "Hello"})).await.expect(200);
    app.clock().advance(TimeDelta::minutes(1));
    app.work().await;
    let late = app.mail().take();
    let says = |mails: &[SentMail], word: &str| {
        assert_eq!(mails.len(), 1);
        String::from_utf8_lossy(&mails[0].message).contains(word)
    };
    assert!(says(&early, "Helo") && says(&late, "Hello") && !says(&late, "Helo"));
}

/// What a worker has loaded before the change does not leave.
async fn a_change_reaches_a_mail_that_a_worker_has_in_hand(app: TestApp) {
    let app = app.restart(|config| config.mail.concurrency = 1).await;
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let ivans = EmailAddress::parse("ivan@client.example").unwrap();
    app.mail().misbehave_times(&ivans, Misbehavior::HangAfterData, 1);
    let task = set(&anna, json!({"title": "Ours"})).await;
    write(&anna, &task, json!({"text": "First", "notify": [ivan.id()]})).await;
    write(&anna, &task, json!({"text": "Second", "notify": [olga.id()]})).await;
    let made = write(&anna, &task, json!({"text": "Helo", "notify": [olga.id()]})).await;
    let change = async {
        app.mail().arrived(1).await;
        anna.patch(of(&made, ""), json!({"text": "Hello"})).await.expect(200);
    };
    tokio::select! {
        () = change => {}
        _ = worker::drain(app.parts()) => panic!("a server that hangs never answers"),
    }
    let leased = worker::take_back(app.parts()).await.unwrap();
    assert_eq!(leased, 2, "only the mail under way and the next one are still leased");
    app.work().await;
    let sent = app.mail().take();
    let says =
        |word: &str| sent.iter().filter(|it| String::from_utf8_lossy(&it.message).contains(word)).count();
    assert_eq!((says("Helo"), says("Hello")), (0, 1));
}
