//! Mail to and from contacts who became one.

use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{Sent, Talk, audience, check_applied, goes_to, text_fixture};

both_engines!(
    an_answer_to_a_mail_of_a_merged_contact_comes_home_as_the_survivor,
    what_was_written_before_a_merge_leaves_and_is_answered,
);

async fn merge(talk: &Talk, into: &Value) -> Value {
    let body = json!({"into": into["id"], "from": [talk.ivan["id"]]});
    talk.anna.post("/v1/contacts:merge", body).await.expect(200).json()
}

/// DUP-5, R16: by each way back, from the address that the mail went to; and after the merge is undone, from him again.
async fn an_answer_to_a_mail_of_a_merged_contact_comes_home_as_the_survivor(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let vanya = talk.anna.contact("vanya").await;
    let merged = merge(&talk, &vanya).await;
    let entry = talk.answer(&text_fixture("answer.eml", &talk.asked.reply_to)).await;
    check_applied(&talk, &entry, "reply_token");
    let comment = talk.last_comment().await;
    assert_eq!(comment["author"]["id"], vanya["id"]);
    assert_eq!(comment["unrecognized_sender"], false);

    let anna = "anna@acme.liaison.test";
    let by_reference = text_fixture("answer.eml", anna)
        .replace("answer-1@", "answer-2@")
        .replace("MIME-Version", &format!("In-Reply-To: <{}>\r\nMIME-Version", talk.asked.message_id));
    check_applied(&talk, &talk.hand_in(by_reference, &[anna]).await, "references");
    assert_eq!(talk.last_comment().await["author"]["id"], vanya["id"]);
    let mails = talk.anna.get(format!("/v1/mail/outgoing?person={}", vanya.id())).await.expect(200).json();
    let mail = talk.anna.get(format!("/v1/mail/outgoing/{}", mails.items()[0].id())).await.expect(200).json();
    let events = mail["events"].as_array().unwrap();
    let answered = events.iter().find(|it| it["type"] == "answered").unwrap();
    assert_eq!(answered["recipient"]["id"], vanya["id"]);

    let body = json!({"undo_token": merged["undo_token"]});
    talk.anna.post("/v1/contacts:undo-merge", body).await.expect(200);
    let again = text_fixture("answer.eml", &talk.asked.reply_to).replace("answer-1@", "answer-3@");
    check_applied(&talk, &talk.answer(&again).await, "reply_token");
    assert_eq!(talk.last_comment().await["author"]["id"], talk.ivan["id"]);
    assert_eq!(talk.comments().await[1]["author"]["id"], vanya["id"], "what was made since stays");
}

/// DUP-5: a mail keeps the address and the ways back that it was written with, and the next goes to the survivor's.
async fn what_was_written_before_a_merge_leaves_and_is_answered(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let vanya = talk.anna.contact("vanya").await;
    let path = format!("/v1/tasks/{}/comments", talk.task.id());
    let body = json!({"text": "And how?", "notify": [talk.ivan["id"]]});
    talk.anna.post(&path, body).await.expect(201);
    merge(&talk, &vanya).await;
    app.work().await;
    let mails = app.mail().take();
    assert!(mails.len() == 1 && goes_to(&mails[0], "ivan@client.example"), "{mails:?}");
    let sent = Sent::read(&mails[0]);
    let entry = talk.hand_in(text_fixture("answer.eml", &sent.reply_to), &[&sent.reply_to]).await;
    check_applied(&talk, &entry, "reply_token");
    let comment = talk.last_comment().await;
    assert_eq!(comment["author"]["id"], vanya["id"]);
    assert_eq!(audience(&comment), ["Anna"]);

    let body = json!({"text": "Good", "notify": [vanya["id"]]});
    talk.anna.post(&path, body).await.expect(201);
    app.work().await;
    let mails = app.mail().take();
    assert!(mails.len() == 1 && goes_to(&mails[0], "vanya@client.example"), "{mails:?}");
    let message = String::from_utf8_lossy(&mails[0].message).replace("\r\n", "");
    assert!(message.contains(&talk.asked.message_id), "the thread goes on: {message}");
}
