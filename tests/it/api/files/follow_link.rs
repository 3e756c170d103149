//! `GET /f/{token}`: links in mails.

use chrono::TimeDelta;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use crate::api::tasks::path;

both_engines!(
    a_link_in_a_mail_leads_to_the_file,
    a_link_leads_nowhere_when_its_time_is_over,
    a_link_leads_nowhere_when_its_comment_is_deleted,
    a_link_leads_nowhere_when_its_recipient_is_gone,
    a_link_to_a_file_of_a_task_is_for_who_takes_part_in_it,
    a_link_that_was_not_made_here_leads_nowhere,
    without_a_public_address_files_are_named_only,
);

const CONTENT: &[u8] = b"<script>alert(1)</script>";

/// A comment to Ivan with a file that is not in the mail; gives the path of the link, as he has it.
struct Linked {
    anna: Client,
    ivan: Value,
    comment: Value,
    path: String,
}

impl Linked {
    async fn new(app: &TestApp) -> Self {
        let (anna, ivan) = begin(app).await;
        let file = anna.upload("page.html", CONTENT).await;
        let task = anna.post("/v1/tasks", json!({"title": "Offer"})).await.expect(201).json();
        let body = json!({"text": "See", "notify": [ivan.id()], "file_ids": [file.id()]});
        let comment = anna.post(path(&task, "/comments"), body).await.expect(201).json();
        Self { path: link_in_the_mail(app).await, anna, ivan, comment }
    }

    async fn leads_nowhere(&self) {
        self.anna.app.anon().get(&self.path).await.expect(404).problem("not_found");
    }
}

async fn begin(app: &TestApp) -> (Client, Value) {
    let anna = app.sign_up("acme").await;
    anna.patch("/v1/settings/contact-mail", json!({"attach_files": false})).await.expect(200);
    let ivan = anna.contact("ivan").await;
    (anna, ivan)
}

/// The path of the one link in the one mail that leaves; the same in its HTML and in its text.
async fn link_in_the_mail(app: &TestApp) -> String {
    app.work().await;
    let sent = app.mail().take();
    let mail = MessageParser::new().parse(&sent[0].message).unwrap();
    let find = |text: &str| {
        let (_, path) = text.split_once("https://liaison.test").unwrap_or_else(|| panic!("no link: {text}"));
        let token = |c: char| !(c.is_ascii_alphanumeric() || "-_/:.".contains(c));
        path.split(token).next().unwrap().to_owned()
    };
    let link = find(&mail.body_text(0).unwrap());
    assert_eq!(find(&mail.body_html(0).unwrap()), link);
    link
}

/// ATT-1, R35, S8, S11: to be saved, never shown, kept or told of; and following it changes nothing.
async fn a_link_in_a_mail_leads_to_the_file(app: TestApp) {
    let linked = Linked::new(&app).await;
    for _ in 0..2 {
        let answer = app.anon().get(&linked.path).await.expect(200);
        assert_eq!(answer.body, CONTENT);
        for (name, value) in [
            ("content-type", "application/octet-stream"),
            ("content-disposition", "attachment; filename*=UTF-8''page.html"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name}");
        }
    }
    let mails = linked.anna.get("/v1/mail/outgoing").await.expect(200).json();
    let mail =
        linked.anna.get(format!("/v1/mail/outgoing/{}", mails.items()[0].id())).await.expect(200).json();
    assert_eq!(mail["links"][0]["url"].text(), format!("https://liaison.test{}", linked.path));
    let time = |it: &Value| it.text().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(time(&mail["links"][0]["expires_at"]) - time(&mail["created_at"]), TimeDelta::days(14));
}

async fn a_link_leads_nowhere_when_its_time_is_over(app: TestApp) {
    let linked = Linked::new(&app).await;
    app.clock().advance(TimeDelta::days(14) - TimeDelta::seconds(1));
    app.anon().get(&linked.path).await.expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    linked.leads_nowhere().await;
}

async fn a_link_leads_nowhere_when_its_comment_is_deleted(app: TestApp) {
    let linked = Linked::new(&app).await;
    linked.anna.delete(format!("/v1/comments/{}", linked.comment.id())).await.expect(204);
    linked.leads_nowhere().await;
}

async fn a_link_leads_nowhere_when_its_recipient_is_gone(app: TestApp) {
    let linked = Linked::new(&app).await;
    linked.anna.delete(format!("/v1/contacts/{}", linked.ivan.id())).await.expect(204);
    linked.leads_nowhere().await;
}

/// CLI-7, TPL-7
async fn a_link_to_a_file_of_a_task_is_for_who_takes_part_in_it(app: TestApp) {
    let (anna, ivan) = begin(&app).await;
    let file = anna.upload("plan.txt", b"A plan").await;
    let body = json!({"title": "Paint", "assignees": [ivan.id()], "file_ids": [file.id()]});
    let task = anna.post("/v1/tasks", body).await.expect(201).json();
    let link = link_in_the_mail(&app).await;
    assert_eq!(app.anon().get(&link).await.expect(200).body, b"A plan".as_slice());
    let query = format!("/participants?person={}&role=assignee", ivan.id());
    anna.delete(path(&task, &query)).await.expect(204);
    app.anon().get(&link).await.expect(404).problem("not_found");
}

/// S1: nor one whose end was cut off or written anew.
async fn a_link_that_was_not_made_here_leads_nowhere(app: TestApp) {
    let linked = Linked::new(&app).await;
    let token = linked.path.strip_prefix("/f/").unwrap();
    let cut = token.get(..token.len() - 4).unwrap();
    for bent in [cut.to_owned(), format!("{cut}AAAA"), token.to_uppercase(), "x".to_owned(), "%00".to_owned()]
    {
        app.anon().get(format!("/f/{bent}")).await.expect(404).problem("not_found");
    }
}

/// R12
async fn without_a_public_address_files_are_named_only(app: TestApp) {
    let app = app.restart(|config| {
        config.http.public_url = String::new();
        config.http.listen = "0.0.0.0:8080".into();
    });
    let app = app.await;
    let (anna, ivan) = begin(&app).await;
    let file = anna.upload("plan.txt", b"A plan").await;
    let task = anna.post("/v1/tasks", json!({"title": "Offer"})).await.expect(201).json();
    let body = json!({"text": "See", "notify": [ivan.id()], "file_ids": [file.id()]});
    anna.post(path(&task, "/comments"), body).await.expect(201);
    app.work().await;
    let sent = app.mail().take();
    let mail = MessageParser::new().parse(&sent[0].message).unwrap();
    let text = mail.body_text(0).unwrap().into_owned();
    assert!(text.contains("plan.txt (6 bytes)") && !text.contains("/f/"), "{text}");
    let mails = anna.get("/v1/mail/outgoing").await.expect(200).json();
    let mail = anna.get(format!("/v1/mail/outgoing/{}", mails.items()[0].id())).await.expect(200).json();
    assert_eq!((&mail["links"][0]["url"], &mail["links"][0]["expires_at"]), (&Value::Null, &Value::Null));
}
