//! Mail that leaves by an account's own templates.

use mail_parser::MessageParser;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{comment, newest_mail, task};

both_engines!(
    a_mail_leaves_by_the_chosen_template_in_the_contacts_language,
    a_subject_of_a_template_is_one_line_whatever_the_task_is_called,
    a_template_that_fails_is_replaced_and_its_author_told,
    a_notice_that_is_switched_off_does_not_leave,
    a_template_without_files_leaves_them_out,
    who_was_only_written_to_is_not_told_what_the_task_is,
    a_link_into_the_portal_stands_where_the_template_has_it,
    a_mail_that_others_read_too_lets_nobody_in,
);

/// Has comments leave by a template with these versions.
async fn use_template(by: &Client, template: Value) {
    let made = by.post("/v1/mail-templates", template).await.expect(201).json();
    let change = json!({"items": [{"type": "new_comment", "template_id": made.id()}]});
    by.patch("/v1/settings/contact-mail/notifications", change).await.expect(200);
}

fn english(subject: &str, html: &str) -> Value {
    json!({"name": "T", "versions": [{"language": "en", "subject": subject, "html": html}]})
}

/// Subject and text of the one mail that leaves.
async fn sent(app: &TestApp) -> (String, String) {
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent.len(), 1);
    let mail = MessageParser::new().parse(&sent[0].message).unwrap();
    (mail.subject().unwrap().to_owned(), mail.body_text(0).unwrap().into_owned())
}

/// TPL-1, TPL-5
async fn a_mail_leaves_by_the_chosen_template_in_the_contacts_language(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let body = json!({"name": "olga", "email": "olga@client.example", "language": "ru", "selectable_as_participant": true});
    let olga = anna.post("/v1/contacts", body).await.expect(201).json();
    let versions = json!([
        {"language": "en", "subject": "News of {{ task.title }}", "html": "<p>Dear {{ recipient.name }}</p>{{ comment.html }}"},
        {"language": "ru", "subject": "О задаче {{ Задача.Название }}", "html": "<p>Здравствуйте</p>{{ Действие.Текст }}"},
    ]);
    use_template(&anna, json!({"name": "News", "versions": versions})).await;
    let offer = task(&anna).await;
    comment(&anna, &offer, "We begin.", &[&ivan]).await;
    let (subject, text) = sent(&app).await;
    assert_eq!(subject, "News of Offer");
    assert!(text.contains("Dear ivan") && text.contains("We begin."), "{text}");
    assert_eq!(newest_mail(&anna).await["subject"], "News of Offer", "the ledger says what was sent");
    app.clock().advance(chrono::TimeDelta::seconds(1));
    comment(&anna, &offer, "We begin.", &[&olga]).await;
    let (subject, text) = sent(&app).await;
    assert_eq!(subject, "О задаче Offer");
    assert!(text.contains("Здравствуйте") && text.contains("We begin."), "{text}");
}

/// S16, S25
async fn a_subject_of_a_template_is_one_line_whatever_the_task_is_called(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    use_template(&anna, english("{{ comment.text }}", "x")).await;
    comment(&anna, &task(&anna).await, "Hello\r\nBcc: evil@x.example\r\n\r\nBody", &[&ivan]).await;
    app.work().await;
    let sent = app.mail().take();
    let mail = MessageParser::new().parse(&sent[0].message).unwrap();
    assert_eq!(mail.subject(), Some("Hello Bcc: evil@x.example Body"));
    assert!(mail.bcc().is_none() && sent[0].envelope.recipients.len() == 1);
}

/// R12
async fn a_template_that_fails_is_replaced_and_its_author_told(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let loops = |n| "{% for p in task.participants %}".repeat(n) + "x" + &"{% endfor %}".repeat(n);
    use_template(&anna, english("{{ task.title }}", &loops(12))).await;
    let offer = task(&anna).await;
    for name in ["a", "b", "c"] {
        let person = anna.contact(name).await;
        let path = format!("/v1/tasks/{}/participants", offer.id());
        anna.post(path, json!({"person_id": person.id()})).await.expect(200);
    }
    let made = comment(&anna, &offer, "Still there?", &[&ivan]).await;
    assert_eq!(made["warnings"][0]["code"], "template_failed");
    let (subject, text) = sent(&app).await;
    assert!(subject == "Re: Offer" && text.contains("Still there?"), "{subject}: {text}");
}

/// TPL-1
async fn a_notice_that_is_switched_off_does_not_leave(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let off = json!({"items": [{"type": "new_comment", "enabled": false}]});
    anna.patch("/v1/settings/contact-mail/notifications", off).await.expect(200);
    let made = comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    assert_eq!(made["warnings"][0]["code"], "notice_disabled");
    assert_eq!(made["deliveries"][0]["state"], "skipped");
    app.work().await;
    assert_eq!(app.mail().take().len(), 0);
}

/// TPL-7
async fn a_template_without_files_leaves_them_out(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let mut template = english("{{ task.title }}", "{{ comment.text }}");
    template["add_files"] = json!(false);
    use_template(&anna, template).await;
    let file = anna.upload("prices.csv", b"a;b\n").await;
    let path = format!("/v1/tasks/{}/comments", task(&anna).await.id());
    let body = json!({"text": "See", "notify": [ivan.id()], "file_ids": [file.id()]});
    anna.post(path, body).await.expect(201);
    app.work().await;
    let sent = app.mail().take();
    assert!(!String::from_utf8_lossy(&sent[0].message).contains("prices.csv"));
}

/// DASH-6, R23: but he who does it is.
async fn who_was_only_written_to_is_not_told_what_the_task_is(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    use_template(&anna, english("{{ task.title }}", "{{ comment.text }}: {{ task.description }}")).await;
    let body = json!({"title": "Paint", "description": "For 300.", "assignees": [olga.id()]});
    let painting = anna.post("/v1/tasks", body).await.expect(201).json();
    app.work().await;
    app.mail().take();
    comment(&anna, &painting, "One", &[&ivan]).await;
    let (_, text) = sent(&app).await;
    assert!(text.contains("One") && !text.contains("300"), "{text}");
    comment(&anna, &painting, "Two", &[&olga]).await;
    let (_, text) = sent(&app).await;
    assert!(text.contains("300"), "{text}");
}

/// The link into the portal in the one mail that leaves, which is the same in its HTML and in its text.
async fn portal_link(app: &TestApp, words: &str) -> Option<String> {
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent.len(), 1);
    let mail = MessageParser::new().parse(&sent[0].message).unwrap();
    let find = |text: &str| {
        let (_, rest) = text.split_once("/portal?token=")?;
        assert!(text.contains(words), "{text}");
        let ends = |c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c));
        Some(rest.split(ends).next().unwrap().to_owned())
    };
    let link = find(&mail.body_text(0).unwrap());
    assert_eq!(find(&mail.body_html(0).unwrap()), link);
    link
}

/// TPL-2, DASH-2, DASH-3, S9: and who may look at the mail here is not let in by it.
async fn a_link_into_the_portal_stands_where_the_template_has_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let version =
        |it: &str| json!({"language": it, "subject": "{{ task.title }}", "html": "{{ comment.text }}"});
    let mut template = json!({"name": "T", "versions": [version("en"), version("ru")]});
    use_template(&anna, template.clone()).await;
    let offer = task(&anna).await;
    comment(&anna, &offer, "One", &[&ivan]).await;
    assert_eq!(portal_link(&app, "").await, None);
    app.clock().advance(chrono::TimeDelta::seconds(1));
    template["add_portal_link"] = json!(true);
    use_template(&anna, template).await;
    comment(&anna, &offer, "Two", &[&ivan]).await;
    let link = portal_link(&app, "See the whole conversation").await.unwrap();
    let mail = newest_mail(&anna).await;
    assert!(!mail.to_string().contains(&link), "{mail:#}");
    assert!(mail["source"].text().contains("/portal?token=3D"), "{mail:#}");
    let session = app.anon().post("/v1/portal/sessions", json!({"token": link})).await.expect(201).json();
    let guest = app.anon().with_token(session["access_token"].text());
    let read = guest.get(format!("/v1/portal/tasks/{}/comments", offer.id())).await.expect(200).json();
    assert_eq!(read.items().len(), 2);
    app.clock().advance(chrono::TimeDelta::seconds(1));
    anna.patch(format!("/v1/contacts/{}", ivan.id()), json!({"language": "ru"})).await.expect(200);
    comment(&anna, &offer, "Three", &[&ivan]).await;
    assert!(portal_link(&app, "Посмотреть всю переписку").await.is_some_and(|it| it != link));

    let app = app.restart(|config| config.portal.url = "https://clients.example/talk/".into()).await;
    app.clock().advance(chrono::TimeDelta::seconds(1));
    let anna = app.anon().with_token(anna.token.unwrap());
    comment(&anna, &offer, "Four", &[&ivan]).await;
    app.work().await;
    let sent = app.mail().take();
    let mail = MessageParser::new().parse(&sent[0].message).unwrap();
    assert!(mail.body_text(0).unwrap().contains("https://clients.example/talk/?token="));
}

/// ALL-1, DASH-3: nor by one of several in To.
async fn a_mail_that_others_read_too_lets_nobody_in(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let mut template = english("{{ task.title }}", "{{ comment.text }}");
    template["add_portal_link"] = json!(true);
    use_template(&anna, template).await;
    anna.patch("/v1/settings/contact-mail", json!({"show_all_recipients": true})).await.expect(200);
    comment(&anna, &task(&anna).await, "One", &[&ivan, &olga]).await;
    assert_eq!(portal_link(&app, "").await, None);
}
