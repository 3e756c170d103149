//! Mail to employees: of what they chose, threaded, answered by mail.

use liaison_mailer::transport::SentMail;
use mail_parser::{MessageParser, MimeHeaders as _};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines, read_mail};

use super::{address, comment, refuse};
use crate::mail::hand_in_from;

both_engines!(
    an_employee_gets_a_mail_that_he_can_answer,
    mails_of_a_task_stand_in_one_thread,
    built_in_texts_tell_what_happened_in_both_languages,
    an_employee_answers_by_mail,
    nobody_answers_in_an_employees_name,
    what_he_may_not_see_any_more_does_not_leave,
    one_comment_is_one_mail_to_a_person,
    his_address_may_be_stopped,
    who_is_not_reached_is_told_in_his_feed,
);

const BORIS: &str = "boris@acme.example";

/// Anna's account, and Boris, who wants mails.
async fn begin(app: &TestApp) -> (Client, Client) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    boris.set_mail(true).await;
    (anna, boris)
}

/// A task for Boris.
async fn task_of(anna: &Client, boris: &Client) -> Value {
    let body = json!({"title": "Gate", "description": "A green one", "assignees": [boris.me.id()]});
    anna.post("/v1/tasks", body).await.expect(201).json()
}

/// Sends what waits, and takes the one mail.
async fn only_mail(app: &TestApp) -> SentMail {
    app.work().await;
    let mut mails = app.mail().take();
    assert_eq!(mails.len(), 1, "{mails:?}");
    mails.remove(0)
}

fn header(mail: &SentMail, name: &str) -> Option<String> {
    let parsed = MessageParser::new().parse(&mail.message).unwrap();
    parsed.header_raw(name).map(|it| it.trim().to_owned())
}

/// NTF-2, R25, R37: to his own address, from the task's in the author's name, by nobody's hand.
async fn an_employee_gets_a_mail_that_he_can_answer(app: TestApp) {
    let (anna, boris) = begin(&app).await;
    let task = task_of(&anna, &boris).await;
    let file = anna.upload("plan.txt", b"A plan").await;
    only_mail(&app).await;
    let body = json!({"text": "See the plan", "notify": [boris.me.id()], "file_ids": [file.id()]});
    anna.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201);
    let mail = only_mail(&app).await;
    let seen = read_mail(&mail.message);
    let from = format!("task+{}@acme.liaison.test", task["number"]);
    assert_eq!(seen.from, [("Anna (ACME)".to_owned(), from)]);
    assert_eq!(seen.to, [("boris".to_owned(), BORIS.to_owned())]);
    assert_eq!(
        (seen.subject.as_str(), seen.kinds()),
        ("Re: Gate", vec!["text/plain", "text/html", "text/plain"])
    );
    assert!(seen.reply_to[0].1.starts_with("reply+"), "{:?}", seen.reply_to);
    assert!(seen.text().contains("See the plan"), "{}", seen.text());
    assert_eq!(header(&mail, "Auto-Submitted").as_deref(), Some("auto-generated"));
    assert!(header(&mail, "List-Unsubscribe-Post").is_some());
    let parsed = MessageParser::new().parse(&mail.message).unwrap();
    assert_eq!(parsed.attachments().next().unwrap().attachment_name(), Some("plan.txt"));
    let listed = anna.get("/v1/mail/outgoing?limit=1").await.expect(200).json();
    assert_eq!(listed.items()[0]["kind"], "staff_notice");
}

/// R33: each names what its reader has, and nothing else.
async fn mails_of_a_task_stand_in_one_thread(app: TestApp) {
    let (anna, boris) = begin(&app).await;
    let ivan = anna.contact("ivan").await;
    let task = task_of(&anna, &boris).await;
    let first = only_mail(&app).await;
    comment(&anna, &task, "To the client", &[&ivan]).await;
    only_mail(&app).await;
    comment(&anna, &task, "To the colleague", &[&boris.me]).await;
    let second = only_mail(&app).await;
    let id = header(&first, "Message-ID");
    assert!(id.is_some());
    assert_eq!((header(&second, "In-Reply-To"), header(&second, "References")), (id.clone(), id));
}

/// What happened, in the words of the account's language.
async fn built_in_texts_tell_what_happened_in_both_languages(app: TestApp) {
    let (anna, boris) = begin(&app).await;
    boris.set_mail(true).await;
    let all =
        json!({"types": {"added_as_participant": {"email": true}, "added_as_auditor": {"email": true}}});
    boris.patch("/v1/notification-settings", all).await.expect(200);
    for (language, joins, watches, names, status) in [
        ("en", "You take part", "You watch over", "Anna names you", "has a new status: Done"),
        ("ru", "Теперь вы участвуете", "Теперь вы наблюдаете", "Anna упоминает вас", "новый статус: Сделана"),
    ] {
        anna.patch("/v1/account", json!({"language": language})).await.expect(200);
        for (role, expected) in [("participants", joins), ("auditors", watches)] {
            anna.post("/v1/tasks", json!({"title": "Gate", role: [boris.me.id()]})).await.expect(201);
            let mail = only_mail(&app).await;
            let text = read_mail(&mail.message).text().to_owned();
            assert!(text.contains(expected), "{text}");
        }
        let task = boris.post("/v1/tasks", json!({"title": "Gate", "assignees": [anna.me.id()]})).await;
        let task = task.expect(201).json();
        comment(&anna, &task, "@boris, look", &[]).await;
        let text = read_mail(&only_mail(&app).await.message).text().to_owned();
        assert!(text.contains(names) && text.contains("@boris, look"), "{text}");
        anna.patch(format!("/v1/tasks/{}", task.id()), json!({"status": "done"})).await.expect(200);
        let text = read_mail(&only_mail(&app).await.message).text().to_owned();
        assert!(text.contains(status), "{text}");
    }
}

fn answer_of(mail: &SentMail, from: &str) -> (String, String) {
    let to = read_mail(&mail.message).reply_to[0].1.clone();
    let text = format!("From: <{from}>\r\nTo: <{to}>\r\nSubject: Re: Gate\r\n\r\nAt ten.\r\n");
    (text, to)
}

/// Product §5, CBN-1: what he answers is his comment, for those of the one that he answers.
async fn an_employee_answers_by_mail(app: TestApp) {
    let (anna, boris) = begin(&app).await;
    let ivan = anna.contact("ivan").await;
    let task = task_of(&anna, &boris).await;
    only_mail(&app).await;
    let asked = comment(&anna, &task, "When?", &[&boris.me, &ivan]).await;
    app.work().await;
    let mails = app.mail().take();
    let his = mails.iter().find(|it| it.envelope.recipients[0].as_str() == BORIS).unwrap();
    let (mail, to) = answer_of(his, BORIS);
    let taken = hand_in_from(&app, BORIS, mail.as_bytes(), &[&to]).await.expect(202).json();
    app.work().await;
    let entry = anna.get(format!("/v1/mail/incoming/{}", taken.id())).await.expect(200).json();
    assert_eq!(
        (&entry["state"], &entry["matched_by"]),
        (&json!("applied"), &json!("reply_token")),
        "{entry:#}"
    );
    let said = boris.get(format!("/v1/comments/{}", entry["comment_id"].text())).await.expect(200).json();
    assert_eq!((&said["author"]["id"], &said["visible"]), (&boris.me["id"], &json!("At ten.")));
    assert_eq!(said["reply_to"], asked["id"]);
    let audience: Vec<&str> =
        said["audience"].as_array().unwrap().iter().map(|it| it["name"].text()).collect();
    assert_eq!(audience, ["Anna", "ivan"]);
    let sent = app.mail().take();
    assert_eq!(sent.len(), 1, "the client has it: {sent:?}");
    let deliveries = anna.get(format!("/v1/comments/{}/deliveries", asked.id())).await.expect(200).json();
    let mailed = deliveries.items().iter().find(|it| it["address"] == BORIS).unwrap();
    assert_ne!(mailed["answered_at"], Value::Null, "{mailed}");
}

/// S1: his reply address in somebody else's hands makes nobody him.
async fn nobody_answers_in_an_employees_name(app: TestApp) {
    let (anna, boris) = begin(&app).await;
    let task = task_of(&anna, &boris).await;
    let (mail, to) = answer_of(&only_mail(&app).await, "eve@evil.example");
    hand_in_from(&app, "eve@evil.example", mail.as_bytes(), &[&to]).await.expect(202);
    app.work().await;
    let conversation = anna.get(format!("/v1/tasks/{}/comments", task.id())).await.expect(200).json();
    let said = &conversation.items()[0];
    assert_eq!((&said["author"]["kind"], &said["unrecognized_sender"]), (&json!("contact"), &json!(true)));
    app.mail().take();
}

/// S7, COM-5: judged once more when it leaves.
async fn what_he_may_not_see_any_more_does_not_leave(app: TestApp) {
    let (anna, boris) = begin(&app).await;
    let vera = anna.employee("vera").await;
    vera.set_mail(true).await;
    let task = task_of(&anna, &boris).await;
    only_mail(&app).await;
    let kept = comment(&anna, &task, "For those who are in", &[&boris.me, &vera.me]).await;
    let gone = comment(&anna, &task, "Gone", &[&boris.me, &vera.me]).await;
    anna.patch(format!("/v1/tasks/{}", task.id()), json!({"assignees": []})).await.expect(200);
    anna.delete(format!("/v1/comments/{}", gone.id())).await.expect(204);
    app.work().await;
    let to: Vec<String> = app.mail().take().iter().map(|it| it.envelope.recipients[0].to_string()).collect();
    assert_eq!(to, ["vera@acme.example"]);
    let deliveries = anna.get(format!("/v1/comments/{}/deliveries", kept.id())).await.expect(200).json();
    let his = deliveries.items().iter().find(|it| it["address"] == BORIS).unwrap();
    assert_eq!(his["state"], "failed", "{his}");
}

/// R8: also where he stands in the common mail to the clients.
async fn one_comment_is_one_mail_to_a_person(app: TestApp) {
    let (anna, boris) = begin(&app).await;
    let ivan = anna.contact("ivan").await;
    let all = json!({"show_all_recipients": true, "staff_without_email": "external_address"});
    anna.patch("/v1/settings/contact-mail", all).await.expect(200);
    let task = task_of(&anna, &boris).await;
    only_mail(&app).await;
    comment(&anna, &task, "@boris, see", &[&boris.me, &ivan]).await;
    let mail = only_mail(&app).await;
    let to: Vec<String> = mail.envelope.recipients.iter().map(ToString::to_string).collect();
    assert_eq!(to, [BORIS, "ivan@client.example"]);
}

/// TPL-8, R37: by the link in a mail, or by hand; his feed is filled all the same.
async fn his_address_may_be_stopped(app: TestApp) {
    let (anna, boris) = begin(&app).await;
    let task = task_of(&anna, &boris).await;
    let mail = only_mail(&app).await;
    let url = header(&mail, "List-Unsubscribe").unwrap();
    let path = url.trim_matches(['<', '>']).strip_prefix("https://liaison.test").unwrap().to_owned();
    app.anon().post(path, json!({})).await.expect(200);
    let told = comment(&anna, &task, "See", &[&boris.me]).await;
    app.work().await;
    assert!(app.mail().take().is_empty());
    let states: Vec<&str> =
        told["deliveries"].as_array().unwrap().iter().map(|it| it["state"].text()).collect();
    assert_eq!(states, ["delivered", "suppressed"]);
}

/// Whose mails don't arrive learns it where he looks instead, not his colleague.
async fn who_is_not_reached_is_told_in_his_feed(app: TestApp) {
    let (anna, boris) = begin(&app).await;
    app.mail().misbehave_times(&address(BORIS), refuse(550, "5.1.1 nobody here"), 1);
    task_of(&anna, &boris).await;
    app.work().await;
    let told = boris.get("/v1/notifications").await.expect(200).json();
    let types: Vec<&str> = told.items().iter().map(|it| it["type"].text()).collect();
    assert_eq!(types, ["mail_failed", "new_task"]);
    let hers = anna.get("/v1/notifications").await.expect(200).json();
    assert!(hers.items().is_empty(), "{hers}");
}
