//! What each setting of mail to contacts does to the mail that leaves.

use liaison_mailer::transport::{Misbehavior, Reply, SentMail};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, Seen, TestApp, both_engines, read_mail};

use super::{address, comment, newest_mail, task};

both_engines!(
    without_a_unique_address_answers_go_to_the_tasks,
    files_that_are_not_to_be_attached_are_linked,
    without_a_text_part_the_mail_is_html_alone,
    without_the_marker_nothing_asks_to_answer_above_it,
    nothing_leaves_to_a_suppressed_address,
    a_mail_keeps_to_the_settings_that_it_was_written_under,
);

/// Changes a setting.
async fn set(by: &Client, change: Value) {
    by.patch("/v1/settings/contact-mail", change).await.expect(200);
}

/// What the one mail that left looks like to its receiver.
async fn sent(app: &TestApp) -> SentMail {
    app.work().await;
    let mut sent = app.mail().take();
    assert_eq!(sent.len(), 1);
    sent.remove(0)
}

fn read(mail: &SentMail) -> Seen {
    read_mail(&mail.message)
}

/// URA-1, OUT-10: the envelope's sender is the message's own all the same, so that bounces come home.
async fn without_a_unique_address_answers_go_to_the_tasks(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let offer = task(&anna).await;
    let reply_to = |mail: &SentMail| read(mail).reply_to.remove(0).1;
    comment(&anna, &offer, "One", &[&ivan]).await;
    assert!(reply_to(&sent(&app).await).starts_with("reply+"));
    set(&anna, json!({"unique_reply_address": false})).await;
    comment(&anna, &offer, "Two", &[&ivan]).await;
    let mail = sent(&app).await;
    assert_eq!(reply_to(&mail), "task+1@acme.liaison.test");
    assert!(mail.envelope.sender.as_ref().unwrap().as_str().starts_with("bounce+"));
    assert!(!String::from_utf8_lossy(&mail.message).contains("reply+"));
}

/// ATT-1: but for the images that the text shows.
async fn files_that_are_not_to_be_attached_are_linked(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let (file, empty) = (anna.upload("prices.csv", b"a;b\n").await, anna.upload("empty.txt", b"").await);
    set(&anna, json!({"attach_files": false})).await;
    let path = format!("/v1/tasks/{}/comments", task(&anna).await.id());
    let body = json!({"text": "See", "notify": [ivan.id()], "file_ids": [file.id(), empty.id()]});
    anna.post(path, body).await.expect(201);
    let mail = sent(&app).await;
    let seen = read(&mail);
    assert_eq!(seen.kinds(), ["text/plain", "text/html"]);
    let text = seen.text();
    assert!(text.contains("prices.csv (4 bytes)") && text.contains("empty.txt (0 bytes)"), "{text}");
    assert_eq!(newest_mail(&anna).await["links"].as_array().unwrap().len(), 2);
}

/// PLT-1
async fn without_a_text_part_the_mail_is_html_alone(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, offer) = (anna.contact("ivan").await, task(&anna).await);
    comment(&anna, &offer, "One", &[&ivan]).await;
    assert_eq!(read(&sent(&app).await).kinds(), ["text/plain", "text/html"]);
    set(&anna, json!({"plain_text_part": false})).await;
    comment(&anna, &offer, "Two", &[&ivan]).await;
    let seen = read(&sent(&app).await);
    assert_eq!(seen.kinds(), ["text/html"]);
    assert!(seen.html().contains("Two"));
}

/// Product §4
async fn without_the_marker_nothing_asks_to_answer_above_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, offer) = (anna.contact("ivan").await, task(&anna).await);
    let has_marker = |mail: &SentMail| {
        let seen = read(mail);
        [seen.text(), seen.html()].map(|it| it.contains("above this line"))
    };
    comment(&anna, &offer, "One", &[&ivan]).await;
    assert_eq!(has_marker(&sent(&app).await), [true, true]);
    set(&anna, json!({"reply_marker": false})).await;
    comment(&anna, &offer, "Two", &[&ivan]).await;
    assert_eq!(has_marker(&sent(&app).await), [false, false]);
}

/// TPL-8: a comment written by hand neither, and its author is told.
async fn nothing_leaves_to_a_suppressed_address(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    set(&anna, json!({"suppressed_addresses": ["IVAN@Client.example"]})).await;
    let made = comment(&anna, &task(&anna).await, "Dear both", &[&ivan, &olga]).await;
    let warning = &made["warnings"][0];
    assert_eq!((warning["code"].text(), &warning["person_id"]), ("suppressed", &ivan["id"]));
    let deliveries = made["deliveries"].as_array().unwrap();
    let state =
        |of: &Value| deliveries.iter().find(|it| it["person"]["id"] == of["id"]).unwrap()["state"].clone();
    assert_eq!((state(&ivan), state(&olga)), (json!("suppressed"), json!("queued")));
    let mail = sent(&app).await;
    assert_eq!(mail.envelope.recipients, [address("olga@client.example")]);
    let list = anna.get("/v1/mail/outgoing?state=suppressed").await.expect(200).json();
    assert_eq!(list.items().len(), 1);
}

/// R6: what is sent again is the same mail, whatever was changed meanwhile.
async fn a_mail_keeps_to_the_settings_that_it_was_written_under(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let full = Misbehavior::Refuse(Reply::new(452, "4.2.2 full"));
    app.mail().misbehave_times(&address("ivan@client.example"), full, 1);
    comment(&anna, &task(&anna).await, "One", &[&ivan]).await;
    let before = newest_mail(&anna).await["source"].clone();
    app.work().await;
    let everything_off = json!({
        "unique_reply_address": false, "attach_files": false, "plain_text_part": false, "reply_marker": false,
    });
    set(&anna, everything_off).await;
    assert_eq!(newest_mail(&anna).await["source"], before);
    app.clock().advance(chrono::TimeDelta::minutes(2));
    assert!(read(&sent(&app).await).text().contains("above this line"));
}
