//! Every mail ends in one state, for a named cause; what comes twice counts once.

use std::fs;

use chrono::TimeDelta;
use liaison_api::worker;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{Talk, audience, check_applied, check_state, hand_in, text_fixture, warnings};

both_engines!(
    the_same_mail_to_two_addresses_is_one_comment,
    other_words_under_the_same_id_are_another_mail,
    what_is_not_applied_changes_nothing_and_says_why,
    a_mail_of_ours_that_comes_back_is_recognized,
    a_poison_mail_is_parked_and_blocks_nobody,
    a_mail_is_looked_at_again_on_request,
    an_answer_to_a_hidden_comment_stays_in_its_circle,
);

/// R7
async fn the_same_mail_to_two_addresses_is_one_comment(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let task_address = talk.task_address();
    let mail = text_fixture("answer.eml", &talk.asked.reply_to)
        .replace("Date:", &format!("Cc: {task_address}\r\nDate:"));
    let first = talk.answer(&mail).await;
    let copy = format!("Received: from a by b with SMTP id 1; today\r\n{mail}");
    let second = talk.hand_in(&copy, &[&task_address]).await;
    check_applied(&talk, &first, "reply_token");
    check_applied(&talk, &second, "reply_token");
    assert_ne!(first["id"], second["id"]);
    assert_eq!(first["comment_id"], second["comment_id"]);
    let steps = second["explain"].as_array().unwrap();
    assert!(steps.iter().any(|it| it["step"] == "duplicate" && it["verdict"] == "copy"), "{second:#}");
    assert_eq!(talk.comments().await.len(), 2);
}

/// R7: broken programs use an id again.
async fn other_words_under_the_same_id_are_another_mail(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mail = text_fixture("answer.eml", &talk.asked.reply_to);
    talk.answer(&mail).await;
    talk.answer(&mail.replace("at ten", "at nine")).await;
    assert_eq!(talk.comments().await.len(), 3);
    assert_eq!(warnings(&talk.last_comment().await), ["message_id_reused"]);
}

/// R2, R3, R5, R10, R14, S12: and the sum of the states is what was received.
async fn what_is_not_applied_changes_nothing_and_says_why(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let to = &talk.asked.reply_to;
    let answer = text_fixture("answer.eml", to);
    let many_parts = "--p\r\n\r\nx\r\n".repeat(501);
    let many_parts = answer
        .replace("text/plain; charset=utf-8", "multipart/mixed; boundary=p")
        .replace("Tomorrow at ten.", &format!("{many_parts}--p--"));
    let cases = [
        (answer.clone(), "applied", None),
        (text_fixture("auto_reply.eml", to), "auto_reply", None),
        (text_fixture("bounce.eml", to), "bounce", None),
        (text_fixture("robot.eml", to), "rejected", Some("robot")),
        (answer.replace("Tomorrow at ten.", " "), "quarantined", Some("blank")),
        (answer.replace("From: Ivan Client <ivan@client.example>\r\n", ""), "quarantined", Some("no_sender")),
        (answer.replace("ivan@client.example>", "undisclosed>"), "quarantined", Some("no_sender")),
        (answer.replace("Date:", "X-Liaison-Loop: elsewhere; hops=6\r\nDate:"), "quarantined", Some("loop")),
        (many_parts, "quarantined", Some("over_limits")),
        ("\r\nno mail at all\r\n".to_owned(), "quarantined", Some("unparsable")),
    ];
    for (n, (mail, state, cause)) in cases.iter().enumerate() {
        let entry = talk.answer(&mail.replace("answer-1@", &format!("state-{n}@"))).await;
        check_state(&entry, state, *cause);
        assert_eq!(entry["comment_id"].is_null(), *state != "applied");
    }
    assert_eq!(talk.comments().await.len(), 2);
    assert_eq!(app.mail().take().len(), 0);

    let count = async |query: &str| {
        let path = format!("/v1/mail/incoming{query}");
        talk.anna.get(path).await.expect(200).json().items().len()
    };
    let mut sum = 0;
    for state in ["received", "applied", "quarantined", "rejected", "bounce", "auto_reply", "failed"] {
        sum += count(&format!("?state={state}")).await;
    }
    assert_eq!((sum, count("").await), (cases.len(), cases.len()));
}

/// R3
async fn a_mail_of_ours_that_comes_back_is_recognized(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let entry = talk.hand_in(&talk.asked.raw, &[&talk.asked.reply_to]).await;
    check_state(&entry, "rejected", Some("own_mail"));
    // A server on the way gave it another Message-ID (R16).
    let renamed = String::from_utf8(talk.asked.raw.clone()).unwrap();
    let renamed = renamed.replace(&talk.asked.message_id, "renamed@relay.example");
    check_state(&talk.answer(&renamed).await, "rejected", Some("own_mail"));
    assert_eq!(talk.comments().await.len(), 1);
}

/// R9
async fn a_poison_mail_is_parked_and_blocks_nobody(app: TestApp) {
    let mut talk = Talk::begin(&app).await;
    let to = &talk.asked.reply_to;
    let mail = text_fixture("answer.eml", to);
    let poison = mail.replace("answer-1@", "poison@").replace("Tomorrow", &"Long story. ".repeat(7_000));
    let poison = hand_in(&app, poison.as_bytes(), &[to]).await.expect(202).json();
    let healthy = hand_in(&app, mail.as_bytes(), &[to]).await.expect(202).json();
    let files = app.folder().join("files");
    fs::rename(&files, app.folder().join("gone")).unwrap();

    let first = worker::drain(app.parts()).await.unwrap();
    assert_eq!(first.failed.len(), 1);
    check_applied(&talk, &talk.entry(healthy.id()).await, "reply_token");
    let mut attempts = 1;
    while !worker::drain(app.parts()).await.unwrap().failed.iter().any(|it| it.parked) {
        attempts += 1;
        app.clock().advance(TimeDelta::minutes(6));
        assert!(attempts < 20, "it is never parked");
    }
    fs::rename(app.folder().join("gone"), files).unwrap();
    talk.anna = app.sign_in("acme", "anna@acme.example").await;
    check_state(&talk.entry(poison.id()).await, "failed", None);

    let again = format!("/v1/mail/incoming/{}:reprocess", poison.id());
    assert_eq!(talk.anna.post(&again, json!({})).await.expect(202).json()["state"], "received");
    app.work().await;
    check_applied(&talk, &talk.entry(poison.id()).await, "reply_token");
    talk.anna.post(again, json!({})).await.expect(409).problem("not_retryable");
}

async fn a_mail_is_looked_at_again_on_request(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let boris = talk.anna.employee("boris").await;
    let path = format!("/v1/employees/{}", boris.me.id());
    talk.anna.patch(path.clone(), json!({"status": "inactive"})).await.expect(200);
    let mail = text_fixture("answer.eml", &talk.asked.reply_to).replace("ivan@client", "boris@acme");
    let entry = talk.answer(&mail).await;
    check_state(&entry, "quarantined", Some("inactive_employee"));
    talk.anna.patch(path, json!({"status": "active"})).await.expect(200);
    let again = format!("/v1/mail/incoming/{}:reprocess", entry.id());
    let boris = app.sign_in("acme", "boris@acme.example").await;
    boris.post(&again, json!({})).await.expect(403).problem("forbidden");
    talk.anna.post(again, json!({})).await.expect(202);
    app.work().await;
    check_applied(&talk, &talk.entry(entry.id()).await, "reply_token");
    assert_eq!(app.mail().take().len(), 1, "Ivan had the question and gets the answer");
}

/// R23
async fn an_answer_to_a_hidden_comment_stays_in_its_circle(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let boris = talk.anna.employee("boris").await;
    let path = format!("/v1/tasks/{}", talk.task.id());
    talk.anna.patch(path, json!({"participants": [boris.me.id(), talk.ivan.id()]})).await.expect(200);
    let path = format!("/v1/tasks/{}/comments", talk.task.id());
    let hidden = json!({"text": "Between us", "notify": [talk.ivan.id()], "hidden": true});
    talk.anna.post(path.clone(), hidden).await.expect(201);
    app.work().await;
    let asked = super::Sent::read(&app.mail().take()[0]);
    let mail = text_fixture("answer.eml", &asked.reply_to);
    talk.hand_in(mail, &[&asked.reply_to]).await;
    let answer = talk.last_comment().await;
    assert_eq!((&answer["hidden"], audience(&answer)), (&json!(true), vec!["Anna"]));
    let seen: Vec<Value> = boris.get(path).await.expect(200).json().items().to_vec();
    assert!(seen.iter().all(|it| it["id"] != answer["id"]));
}
