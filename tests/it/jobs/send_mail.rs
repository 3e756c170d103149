//! What the mail that leaves is like.

use chrono::TimeDelta;
use liaison_mailer::{parse::LOOP_HEADER, transport::SentMail};
use mail_parser::{Message, MessageParser};
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{address, comment, newest_mail, task};

both_engines!(
    a_comment_leaves_as_one_mail_to_each_contact_addressed,
    a_comment_not_addressed_to_a_contact_is_never_mailed,
    nobodys_own_address_leaves,
    a_contact_made_assignee_gets_the_task,
    mails_of_a_task_make_one_thread_for_each_recipient,
    what_a_contact_answers_goes_on_without_what_he_quoted,
    a_comment_deleted_before_it_left_does_not_leave,
    small_files_travel_in_the_mail_and_large_ones_are_named,
);

fn parse(message: &[u8]) -> Message<'_> {
    MessageParser::new().parse(message).unwrap()
}

/// CLI-2, R8
async fn a_comment_leaves_as_one_mail_to_each_contact_addressed(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    comment(&anna, &task(&anna).await, "Here is our <offer>.", &[&ivan, &olga, &ivan]).await;
    app.work().await;
    let mut sent = app.mail().take();
    sent.sort_by_key(|it| it.envelope.recipients[0].key());
    let to: Vec<&str> = sent.iter().map(|it| it.envelope.recipients[0].as_str()).collect();
    assert_eq!(to, ["ivan@client.example", "olga@client.example"]);
    let mail = parse(&sent[0].message);
    assert_eq!(mail.subject(), Some("Re: Offer"));
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Anna"), Some("anna@acme.liaison.test")));
    let reply_to = mail.reply_to().unwrap().first().unwrap().address().unwrap();
    assert!(reply_to.starts_with("reply+") && reply_to.ends_with("@acme.liaison.test"), "{reply_to}");
    let bounces_to = sent[0].envelope.sender.as_ref().unwrap().as_str();
    assert!(bounces_to.starts_with("bounce+") && bounces_to.ends_with("@acme.liaison.test"), "{bounces_to}");
    assert_ne!(bounces_to.replace("bounce+", "reply+"), reply_to, "who may answer can't report (S5)");
    assert!(mail.body_text(0).unwrap().contains("Here is our <offer>."));
    assert!(mail.body_html(0).unwrap().contains("Here is our &lt;offer&gt;."));
    assert!(mail.header("Auto-Submitted").is_none(), "people write comments");
    assert!(mail.header(LOOP_HEADER).is_some());
    assert_ne!(mail.message_id(), parse(&sent[1].message).message_id());
}

/// CLI-3, R23
async fn a_comment_not_addressed_to_a_contact_is_never_mailed(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let boris = anna.employee("boris").await;
    let offer = json!({"title": "Offer", "participants": [ivan.id(), olga.id()]});
    let offer = anna.post("/v1/tasks", offer).await.expect(201).json();
    comment(&anna, &offer, "He pays late.", &[&boris.me]).await;
    comment(&anna, &offer, "A note", &[]).await;
    comment(&anna, &offer, "Dear Olga", &[&olga]).await;
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].envelope.recipients, [address("olga@client.example")]);
    let mail = parse(&sent[0].message);
    assert!(!mail.body_text(0).unwrap().contains("pays late"));
}

/// R25
async fn nobodys_own_address_leaves(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let offer =
        json!({"title": "Offer", "assignees": [boris.me.id(), olga.id()], "participants": [ivan.id()]});
    let offer = anna.post("/v1/tasks", offer).await.expect(201).json();
    comment(&anna, &offer, "Hello", &[&ivan, &olga, &boris.me]).await;
    app.work().await;
    for mail in app.mail().take() {
        let text = String::from_utf8(mail.message.clone()).unwrap();
        assert!(!text.contains("acme.example"), "{text}");
        let others = ["ivan@client.example", "olga@client.example"].into_iter();
        for other in others.filter(|it| *it != mail.envelope.recipients[0].as_str()) {
            assert!(!text.contains(other), "{text}");
        }
    }
}

/// CLI-7
async fn a_contact_made_assignee_gets_the_task(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let body = json!({
        "title": "Paint the fence", "description": "White, please.",
        "assignees": [ivan.id()], "participants": [olga.id()],
    });
    anna.post("/v1/tasks", body).await.expect(201);
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent.len(), 1);
    let mail = parse(&sent[0].message);
    assert_eq!(mail.subject(), Some("Paint the fence"));
    assert!(mail.body_text(0).unwrap().contains("White, please."));
    let entry = newest_mail(&anna).await;
    assert_eq!((&entry["kind"], &entry["comment_id"]), (&"new_task".into(), &Value::Null));
}

/// Product §4, R24, R33: In-Reply-To and References name what the recipient has, and nothing else.
async fn mails_of_a_task_make_one_thread_for_each_recipient(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let offer = task(&anna).await;
    for text in ["One", "Two", "Three"] {
        comment(&anna, &offer, text, &[&ivan]).await;
        app.clock().advance(TimeDelta::seconds(1));
        app.work().await;
    }
    comment(&anna, &offer, "Four", &[&ivan, &olga]).await;
    app.work().await;
    let mut sent = app.mail().take();
    // Those of one batch leave side by side.
    sent[3..].sort_by_key(|it| it.envelope.recipients[0].key());
    let mails: Vec<Message<'_>> = sent.iter().map(|it| parse(&it.message)).collect();
    let ids: Vec<&str> = mails.iter().map(|it| it.message_id().unwrap()).collect();
    assert_eq!(mails[0].in_reply_to().as_text(), None);
    assert_eq!(mails[3].in_reply_to().as_text(), Some(ids[2]));
    assert_eq!(mails[3].references().as_text_list().unwrap(), &ids[..3]);
    assert_eq!(mails[4].references().as_text_list(), None, "Olga has none of them");
}

/// CLI-6, R23, R25: in his and the account's name, from the task's address.
async fn what_a_contact_answers_goes_on_without_what_he_quoted(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let offer = task(&anna).await;
    comment(&anna, &offer, "Shall we?", &[&ivan, &olga]).await;
    app.work().await;
    let to_ivan = |it: &SentMail| it.envelope.recipients == [address("ivan@client.example")];
    let asked = app.mail().take().into_iter().find(to_ivan).unwrap();
    let reply_to = parse(&asked.message).reply_to().unwrap().first().unwrap().address().unwrap().to_owned();
    let answer = format!(
        "From: Ivan <ivan@client.example>\r\nTo: {reply_to}\r\nSubject: Re: Offer\r\n\
         Message-ID: <1@client.example>\r\n\r\nWe shall.\r\n\r\n\
         On Tue, Jan 1, 2030 at 9:00 AM Anna <anna@acme.liaison.test> wrote:\r\n> For you alone.\r\n"
    );
    receive(&app, "ivan@client.example", &reply_to, answer).await;
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].envelope.recipients, [address("olga@client.example")]);
    let mail = parse(&sent[0].message);
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("ivan (ACME)"), Some("task+1@acme.liaison.test")));
    let text = String::from_utf8(sent[0].message.clone()).unwrap();
    assert!(mail.body_text(0).unwrap().contains("We shall."));
    assert!(!text.contains("For you alone.") && !text.contains("ivan@client.example"), "{text}");
}

/// Hands a mail in as a mail server's program does.
async fn receive(app: &TestApp, sender: &str, recipient: &str, mail: String) {
    let seconds = app.parts().env.now().timestamp();
    let signed = [format!("{seconds}.").into_bytes(), mail.clone().into_bytes()];
    let signature = app.parts().keys.ingest_signature(&signed.each_ref().map(Vec::as_slice));
    let path = format!("/v1/mail/incoming?recipient={}&sender={sender}", recipient.replace('+', "%2B"));
    let call = app.anon().call("POST".parse().unwrap(), path);
    let call = call.header("Liaison-Signature", format!("t={seconds},v1={signature}"));
    call.body("message/rfc822", mail).await.expect(202);
}

async fn a_comment_deleted_before_it_left_does_not_leave(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let made = comment(&anna, &task(&anna).await, "Oops", &[&ivan]).await;
    anna.delete(format!("/v1/comments/{}", made.id())).await.expect(204);
    app.work().await;
    assert_eq!(app.mail().take().len(), 0);
    let mail = newest_mail(&anna).await;
    assert_eq!((mail["state"].text(), &mail["source"]), ("failed", &Value::Null));
}

/// R35, R12: a big file never stops the mail, and is not lost silently.
async fn small_files_travel_in_the_mail_and_large_ones_are_named(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let small = anna.upload("prices.csv", b"a;b\n").await;
    let large = anna.upload("film.bin", &vec![7; 11 * 1024 * 1024]).await;
    let path = format!("/v1/tasks/{}/comments", task(&anna).await.id());
    let body = json!({"text": "See", "notify": [ivan.id()], "file_ids": [small.id(), large.id()]});
    let made = anna.post(path, body).await.expect(201).json();
    assert_eq!(made["warnings"][0]["code"], "file_not_attached");
    app.work().await;
    let sent = app.mail().take();
    let mail = parse(&sent[0].message);
    let names: Vec<&str> =
        mail.attachments().map(|it| mail_parser::MimeHeaders::attachment_name(it).unwrap()).collect();
    assert_eq!(names, ["prices.csv"]);
    assert_eq!(mail.attachment(0).unwrap().contents(), b"a;b\n");
    assert!(mail.body_text(0).unwrap().contains("film.bin (11 MB)"), "{}", mail.body_text(0).unwrap());
    let entry = newest_mail(&anna).await;
    assert_eq!(entry["links"][0]["name"], "film.bin");
}
