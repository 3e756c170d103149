//! A node dies between two steps of sending.

use chrono::TimeDelta;
use liaison_api::worker;
use liaison_mailer::transport::Misbehavior;
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{address, comment, die_after_it_left, history, newest_mail, task};

both_engines!(
    a_mail_that_was_cut_before_it_left_is_sent_once,
    a_mail_that_was_cut_after_it_left_is_sent_once_more_under_its_message_id,
    a_mail_that_was_cut_twice_is_left_to_people,
    another_node_takes_over_after_ten_seconds_without_a_heartbeat,
    a_lost_answer_counts_as_a_cut,
);

/// R6 (a)
async fn a_mail_that_was_cut_before_it_left_is_sent_once(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    die_before_it_leaves(&app, &anna, 1).await;
    app.mail().behave(&address("ivan@client.example"));
    app.work().await;
    assert_eq!(app.mail().sent().len(), 0, "it is leased still");
    assert_eq!(worker::take_back(app.parts()).await.unwrap(), 1);
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
    let mail = newest_mail(&anna).await;
    assert_eq!(history(&mail), ["queued", "deferred", "accepted"]);
    assert_eq!(mail["recipients"][0]["attempts"], 2);
}

/// R6 (b)
async fn a_mail_that_was_cut_after_it_left_is_sent_once_more_under_its_message_id(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    die_after_it_left(&app).await;
    assert_eq!(newest_mail(&anna).await["state"], "sending");
    worker::take_back(app.parts()).await.unwrap();
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1], "the same mail, to the byte");
    assert_eq!(newest_mail(&anna).await["state"], "accepted");
}

/// R6 (b)
async fn a_mail_that_was_cut_twice_is_left_to_people(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    for attempt in [1, 2] {
        die_before_it_leaves(&app, &anna, attempt).await;
        worker::take_back(app.parts()).await.unwrap();
    }
    app.mail().behave(&address("ivan@client.example"));
    app.work().await;
    assert_eq!(app.mail().sent().len(), 0);
    let mail = newest_mail(&anna).await;
    assert_eq!((mail["state"].text(), history(&mail).last()), ("unknown", Some(&"unknown")));

    anna.post(format!("/v1/mail/outgoing/{}:retry", mail.id()), serde_json::json!({})).await.expect(202);
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
    assert_eq!(newest_mail(&anna).await["state"], "accepted");
}

async fn another_node_takes_over_after_ten_seconds_without_a_heartbeat(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    die_before_it_leaves(&app, &anna, 1).await;
    app.mail().behave(&address("ivan@client.example"));
    let other = app.restart(|config| config.node.name = "other".into()).await;
    assert_eq!(worker::take_back(other.parts()).await.unwrap(), 0);
    app.clock().advance(TimeDelta::seconds(9));
    other.work().await;
    assert_eq!(app.mail().sent().len(), 0);
    app.clock().advance(TimeDelta::seconds(1));
    other.work().await;
    assert_eq!(app.mail().take().len(), 1);
}

/// R6: the connection breaks after the message was handed over.
async fn a_lost_answer_counts_as_a_cut(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    app.mail().misbehave(&address("ivan@client.example"), Misbehavior::DropAfterData);
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    for _minute in 0..10 {
        app.work().await;
        app.clock().advance(TimeDelta::minutes(1));
    }
    assert_eq!(app.mail().take().len(), 2, "once more, and then no more by itself");
    assert_eq!(newest_mail(&anna).await["state"], "unknown");
}

/// Kills the workers when this attempt has begun and nothing has left.
async fn die_before_it_leaves(app: &TestApp, anna: &Client, attempt: i64) {
    app.mail().misbehave(&address("ivan@client.example"), Misbehavior::Hang);
    let begun = async { while newest_mail(anna).await["recipients"][0]["attempts"] != attempt {} };
    tokio::select! {
        () = begun => {}
        _ = worker::drain(app.parts()) => panic!("a server that hangs never answers"),
    }
}
