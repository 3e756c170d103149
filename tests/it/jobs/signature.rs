//! What stands below the mail that leaves.

use liaison_mailer::transport::Misbehavior;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, Seen, SmtpServer, TestApp, both_engines, read_mail};

use super::{address, comment, mailbox, newest_mail, refuse, task};

both_engines!(
    the_nearest_signature_stands_below_a_mail,
    a_mailboxs_signature_comes_before_its_authors,
    a_template_can_leave_the_signature_out,
    a_mail_keeps_the_signature_that_it_was_written_with,
    what_a_contact_wrote_goes_on_without_a_signature,
);

async fn sign(by: &Client, level: &str, html: &str) {
    by.put(format!("/v1/signatures/{level}"), json!({"html": html})).await.expect(200);
}

/// The one mail that left.
async fn sent(app: &TestApp) -> Seen {
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent.len(), 1);
    read_mail(&sent[0].message)
}

/// Which of the signatures is in the mail, in both of its forms.
fn signatures(mail: &Seen) -> Vec<&'static str> {
    let there = |it: &&'static str| {
        let in_text = mail.text().contains(&format!("-- \n{it}"));
        assert_eq!(mail.html().contains(&format!("<b>{it}</b>")), in_text, "{mail:#?}");
        in_text
    };
    ["Of the account", "Of Anna", "Of the mailbox"].into_iter().filter(there).collect()
}

/// SIG-1, SIG-2
async fn the_nearest_signature_stands_below_a_mail(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let ivan = anna.contact("ivan").await;
    sign(&anna, "account", "<b>Of the account</b>").await;
    sign(&anna, "employee", "<b>Of Anna</b>").await;
    for (author, below) in [(&anna, "Of Anna"), (&boris, "Of the account")] {
        comment(author, &task(author).await, "Hello", &[&ivan]).await;
        assert_eq!(signatures(&sent(&app).await), [below]);
    }
}

/// SIG-2
async fn a_mailboxs_signature_comes_before_its_authors(app: TestApp) {
    let (app, server) = (mailbox::reaching(&app).await, SmtpServer::start());
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    sign(&anna, "account", "<b>Of the account</b>").await;
    sign(&anna, "employee", "<b>Of Anna</b>").await;
    let mut further = json!({"is_default": true, "signature_html": "<b>Of the mailbox</b>"});
    let id = mailbox::add(&anna, "company", "support@acme.example", &server, further.take()).await;
    let mut seen = Vec::new();
    for own in [json!("<b>Of the mailbox</b>"), Value::Null] {
        anna.patch(format!("/v1/mailboxes/{id}"), json!({"signature_html": own})).await.expect(200);
        for author in [&anna, &boris] {
            comment(author, &task(author).await, "Hello", &[&ivan]).await;
            app.work().await;
            seen.extend(server.take().iter().map(|it| signatures(&read_mail(&it.message))));
        }
    }
    assert_eq!(seen, [vec!["Of the mailbox"], vec!["Of the mailbox"], vec!["Of Anna"], vec![]]);
}

/// SIG-3
async fn a_template_can_leave_the_signature_out(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    sign(&anna, "account", "<b>Of the account</b>").await;
    for add in [true, false] {
        let versions = json!([{"language": "en", "subject": "S", "html": "{{ comment.text }}"}]);
        let body = json!({"name": "T", "versions": versions, "add_signature": add});
        let made = anna.post("/v1/mail-templates", body).await.expect(201).json();
        let change = json!({"items": [{"type": "new_comment", "template_id": made.id()}]});
        anna.patch("/v1/settings/contact-mail/notifications", change).await.expect(200);
        comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
        assert_eq!(signatures(&sent(&app).await).len(), usize::from(add));
    }
}

/// R6: and so does what the ledger shows.
async fn a_mail_keeps_the_signature_that_it_was_written_with(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    sign(&anna, "employee", "<b>Of Anna</b>").await;
    let full: Misbehavior = refuse(452, "4.2.2 full");
    app.mail().misbehave_times(&address("ivan@client.example"), full, 1);
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    app.work().await;
    sign(&anna, "employee", "<b>Of the account</b>").await;
    app.clock().advance(chrono::TimeDelta::minutes(2));
    assert_eq!(signatures(&sent(&app).await), ["Of Anna"]);
    assert!(newest_mail(&anna).await["source"].text().contains("Of Anna"));
}

/// CLI-6
async fn what_a_contact_wrote_goes_on_without_a_signature(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    sign(&anna, "account", "<b>Of the account</b>").await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan, &olga]).await;
    app.work().await;
    let asked = app.mail().take();
    let to_ivan = asked.iter().find(|it| it.envelope.recipients == [address("ivan@client.example")]).unwrap();
    let reply_to = read_mail(&to_ivan.message).reply_to.remove(0).1;
    let mail =
        "From: ivan@client.example\r\nTo: {to}\r\nSubject: Re\r\n\r\nYes.\r\n".replace("{to}", &reply_to);
    crate::mail::hand_in(&app, mail.as_bytes(), &[&reply_to]).await.expect(202);
    let seen = sent(&app).await;
    assert_eq!(seen.receivers(), ["olga@client.example"]);
    assert_eq!(signatures(&seen), [""; 0]);
}
