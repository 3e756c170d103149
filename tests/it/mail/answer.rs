//! The answer to a mail that began a task.

use chrono::TimeDelta;
use liaison_api::config::MailAuth;
use liaison_mailer::{testing::DnsStub, transport::SentMail};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines, read_mail};

use super::{
    hand_in_from,
    incoming_authenticity::{ZONE, authenticating},
    verdict,
};

both_engines!(
    an_account_that_wants_no_answers_sends_none,
    whose_mail_began_a_task_is_told_that_it_arrived,
    an_answer_says_nothing_that_its_receiver_chose,
    many_forged_mails_make_one_answer,
    all_accounts_together_have_a_cap,
    robots_lists_and_colleagues_get_no_answer,
    where_senders_are_proven_only_those_are_answered,
);

const IVAN: &str = "ivan@client.example";
const TO: &str = "anna@acme.liaison.test";

/// Anna's account, which answers.
async fn begin(app: &TestApp) -> Client {
    let anna = app.sign_up("acme").await;
    let on = json!({"items": [{"type": "task_from_mail", "enabled": true}]});
    anna.patch("/v1/settings/contact-mail/notifications", on).await.expect(200);
    anna
}

fn mail(n: u32, fields: &str) -> String {
    format!(
        "Message-ID: <asked-{n}@client.example>\r\nSubject: Cheap pills {n}\r\n{fields}\r\nBuy at https://evil.example\r\n"
    )
}

fn from(name: &str, address: &str) -> String {
    format!("From: {name} <{address}>\r\nTo: {TO}\r\n")
}

/// Hands a mail in; gives its entry and what left.
async fn arrives(anna: &Client, sender: &str, mail: &str) -> (Value, Vec<SentMail>) {
    let app = &anna.app;
    let taken = hand_in_from(app, sender, mail.as_bytes(), &[TO]).await.expect(202).json();
    app.work().await;
    let entry = anna.get(format!("/v1/mail/incoming/{}", taken.id())).await.expect(200).json();
    assert_eq!(entry["state"], "applied", "{entry:#}");
    (entry, app.mail().take())
}

/// TPL-1: as it is where nobody decided.
async fn an_account_that_wants_no_answers_sends_none(app: TestApp) {
    let anna = app.sign_up("acme").await;
    assert_eq!(arrives(&anna, IVAN, &mail(1, &from("Ivan", IVAN))).await.1, []);
}

/// RFC 3834; and what is answered to it becomes a comment.
async fn whose_mail_began_a_task_is_told_that_it_arrived(app: TestApp) {
    let anna = begin(&app).await;
    let (entry, sent) = arrives(&anna, IVAN, &mail(1, &from("Ivan", IVAN))).await;
    assert_eq!((sent.len(), verdict(&entry, "answer")), (1, "sent"));
    assert_eq!(sent[0].envelope.sender, None, "no answer to an answer");
    let seen = read_mail(&sent[0].message);
    assert_eq!(seen.receivers(), [IVAN]);
    assert_eq!(seen.subject, "We have received your message (task no. 1)");
    assert_eq!(seen.from, [("ACME".to_owned(), "task+1@acme.liaison.test".to_owned())]);
    let parsed = MessageParser::new().parse(&sent[0].message).unwrap();
    assert_eq!(parsed.header_raw("Auto-Submitted").map(str::trim), Some("auto-replied"));
    // R37
    let end = parsed.header_raw("List-Unsubscribe").unwrap().trim();
    assert!(end.starts_with("<https://liaison.test/u/") && end.ends_with('>'), "{end}");
    let by_post = parsed.header_raw("List-Unsubscribe-Post").map(str::trim);
    assert_eq!(by_post, Some("List-Unsubscribe=One-Click"));
    assert_eq!(parsed.in_reply_to().as_text(), Some("asked-1@client.example"));
    let list = anna.get("/v1/mail/outgoing").await.expect(200).json();
    assert_eq!(list.items()[0]["kind"], "task_from_mail");
    assert_eq!(list.items()[0]["subject"].text(), seen.subject);
    let reply_to = &seen.reply_to[0].1;
    let answer = format!("From: {IVAN}\r\nTo: {reply_to}\r\nSubject: Re\r\n\r\nBy Friday.\r\n");
    hand_in_from(&app, IVAN, answer.as_bytes(), &[reply_to]).await.expect(202);
    app.work().await;
    assert_eq!(app.mail().take(), [], "a comment is not answered");
    let path = format!("/v1/tasks/{}/comments", entry["task_id"].text());
    assert_eq!(anna.get(path).await.expect(200).json().items()[0]["visible"], "By Friday.");
}

/// S3: by a template of the account's own neither.
async fn an_answer_says_nothing_that_its_receiver_chose(app: TestApp) {
    let anna = begin(&app).await;
    anna.put("/v1/signatures/account", json!({"html": "ACME Ltd"})).await.expect(200);
    let names = "{{ task.title }} {{ task.description }} {{ recipient.name }} {{ contact.name }} {{ task.assigner.name }} \
                 {{ task.counterparty.name }} {{ task.participants }} {{ task.files }} by {{ task.assignees }}";
    let versions = json!([{"language": "en", "subject": names, "html": names}]);
    let made =
        anna.post("/v1/mail-templates", json!({"name": "T", "versions": versions})).await.expect(201).json();
    let cc = "Cc: Best pills <petr@client.example>\r\n";
    for (n, template) in [(1, Value::Null), (2, made["id"].clone())] {
        let change = json!({"items": [{"type": "task_from_mail", "template_id": template}]});
        anna.patch("/v1/settings/contact-mail/notifications", change).await.expect(200);
        let fields = from("Pills evil.example", &format!("ivan{n}@client{n}.example")) + cc;
        let (_, sent) = arrives(&anna, IVAN, &mail(n, &fields)).await;
        let seen = read_mail(&sent[0].message);
        let all = format!("{seen:?}{}", String::from_utf8_lossy(&sent[0].message));
        assert!(!all.contains("ills") && !all.contains("evil"), "{seen:#?}");
        assert!(seen.text().contains("ACME Ltd"), "the account signs it");
        let words: Vec<&str> = seen.text().split_whitespace().collect();
        assert_eq!(words.join(" ").contains("by Anna"), n == 2, "{seen:#?}");
    }
}

/// S3: one an hour to an address.
async fn many_forged_mails_make_one_answer(app: TestApp) {
    let anna = begin(&app).await;
    let mut answers = 0;
    for n in 0..30 {
        let (entry, sent) = arrives(&anna, IVAN, &mail(n, &from("Ivan", IVAN))).await;
        answers += sent.len();
        assert_eq!(verdict(&entry, "answer"), if n == 0 { "sent" } else { "capped" });
    }
    assert_eq!(answers, 1);
    app.clock().advance(TimeDelta::hours(1));
    let anna = app.sign_in("acme", "anna@acme.example").await;
    assert_eq!(arrives(&anna, IVAN, &mail(90, &from("Ivan", IVAN))).await.1.len(), 1);
}

/// S3: however many addresses and accounts there are.
async fn all_accounts_together_have_a_cap(app: TestApp) {
    let app = app.restart(|config| config.mail.max_answers_per_hour = 2).await;
    let anna = begin(&app).await;
    for (n, word) in [(1, "sent"), (2, "sent"), (3, "capped")] {
        let (entry, _) =
            arrives(&anna, IVAN, &mail(n, &from("Ivan", &format!("ivan@client{n}.example")))).await;
        assert_eq!(verdict(&entry, "answer"), word, "{n}");
    }
    app.clock().advance(TimeDelta::hours(1));
    let anna = app.sign_in("acme", "anna@acme.example").await;
    let (entry, _) = arrives(&anna, IVAN, &mail(4, &from("Ivan", "ivan@client4.example"))).await;
    assert_eq!(verdict(&entry, "answer"), "sent");
}

/// R1
async fn robots_lists_and_colleagues_get_no_answer(app: TestApp) {
    let anna = begin(&app).await;
    for (n, sender, fields) in [
        (1, "", from("Ivan", IVAN)),
        (2, IVAN, from("Ivan", IVAN) + "Precedence: bulk\r\n"),
        (3, IVAN, from("Ivan", IVAN) + "List-Id: <news.client.example>\r\n"),
        (4, "anna@acme.example", from("Anna", "anna@acme.example")),
        (5, IVAN, from("Ivan", IVAN)),
    ] {
        let (entry, sent) = arrives(&anna, sender, &mail(n, &fields)).await;
        assert_eq!(sent.len(), usize::from(n == 5), "{n}: {entry:#}");
    }
}

/// S3
async fn where_senders_are_proven_only_those_are_answered(app: TestApp) {
    let dns = DnsStub::start(&ZONE.replace("KEY", "v=DKIM1; p=")).await;
    let app = authenticating(&app, MailAuth::Enforce, &dns).await;
    let anna = begin(&app).await;
    for (n, client, word) in [(1, "203.0.113.9", "none"), (2, "198.51.100.7", "sent")] {
        let received = format!(
            "Received: from mx.example (unknown [{client}]) by mx.acme.example (Postfix) with ESMTPS id 4Q; today\r\n"
        );
        let raw = received + &mail(n, &from("Ivan", "ivan@client.example"));
        let (entry, sent) = arrives(&anna, IVAN, &raw).await;
        assert_eq!((verdict(&entry, "answer"), sent.len()), (word, usize::from(word == "sent")), "{entry:#}");
    }
}
