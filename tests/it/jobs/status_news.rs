//! What a contact is told of a task that he set: types 4 and 5 of the notices.

use actix_web::http::Method;
use liaison_mailer::transport::SentMail;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines, read_mail};

use super::{comment, newest_mail};

both_engines!(
    nobody_is_told_of_a_status_where_the_account_does_not_want_it,
    who_set_a_task_is_told_of_each_new_status,
    an_assignee_who_takes_a_task_on_makes_one_mail,
    a_mail_tells_of_the_status_that_it_was_written_for,
    who_unsubscribed_gets_what_people_write_to_him_and_nothing_else,
);

const IVAN: &str = "ivan@client.example";

/// Anna's account, which tells of these.
async fn begin(app: &TestApp, told: &[&str]) -> (Client, Value) {
    let anna = app.sign_up("acme").await;
    let items: Vec<Value> = told.iter().map(|it| json!({"type": it, "enabled": true})).collect();
    anna.patch("/v1/settings/contact-mail/notifications", json!({"items": items})).await.expect(200);
    let ivan = anna.contact("ivan").await;
    (anna, ivan)
}

/// A task that Ivan set for Anna.
async fn task_of(anna: &Client, ivan: &Value) -> Value {
    let body = json!({"title": "Gate", "assigner": ivan.id(), "assignees": [anna.me.id()]});
    anna.post("/v1/tasks", body).await.expect(201).json()
}

async fn set(by: &Client, task: &Value, change: Value) -> Vec<SentMail> {
    by.patch(format!("/v1/tasks/{}", task.id()), change).await.expect(200);
    by.app.work().await;
    by.app.mail().take()
}

/// CLI-4, TPL-1: as it is where nobody decided; nor are colleagues, who see it in the application.
async fn nobody_is_told_of_a_status_where_the_account_does_not_want_it(app: TestApp) {
    let (anna, ivan) = begin(&app, &[]).await;
    let task = task_of(&anna, &ivan).await;
    assert_eq!(set(&anna, &task, json!({"status": "in_progress"})).await, []);
    let on = json!({"items": [{"type": "status_changed", "enabled": true}]});
    anna.patch("/v1/settings/contact-mail/notifications", on).await.expect(200);
    let own = anna.post("/v1/tasks", json!({"title": "Fence"})).await.expect(201).json();
    assert_eq!(set(&anna, &own, json!({"status": "in_progress"})).await, []);
}

/// CLI-4, type 5; RFC 3834, R37; what he answers is a comment.
async fn who_set_a_task_is_told_of_each_new_status(app: TestApp) {
    let (anna, ivan) = begin(&app, &["status_changed"]).await;
    anna.patch(format!("/v1/contacts/{}", ivan.id()), json!({"language": "ru"})).await.expect(200);
    let task = task_of(&anna, &ivan).await;
    assert_eq!(set(&anna, &task, json!({"priority": "urgent"})).await, [], "no other news leaves");
    assert_eq!(set(&anna, &task, json!({"status": "new"})).await, [], "nothing is new");
    for (status, shown) in [("done", "Сделана"), ("completed", "Завершена")] {
        let [sent] = &set(&anna, &task, json!({"status": status})).await[..] else { panic!("{status}") };
        let seen = read_mail(&sent.message);
        assert_eq!((seen.receivers(), seen.subject.as_str()), (vec![IVAN], "Gate"));
        assert_eq!(seen.from, [("ACME".to_owned(), "task+1@acme.liaison.test".to_owned())]);
        assert!(seen.text().contains(shown) && seen.html().contains(shown), "{seen:#?}");
        assert!(sent.envelope.sender.is_some(), "where it does not arrive, that is known");
        let parsed = MessageParser::new().parse(&sent.message).unwrap();
        assert_eq!(parsed.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    }
    let newest = newest_mail(&anna).await;
    assert_eq!((&newest["kind"], &newest["state"]), (&json!("status_changed"), &json!("accepted")));
}

/// Type 4
async fn an_assignee_who_takes_a_task_on_makes_one_mail(app: TestApp) {
    let (anna, ivan) = begin(&app, &["task_accepted", "status_changed"]).await;
    let boris = anna.employee("boris").await;
    let task = task_of(&anna, &ivan).await;
    let [accepted] = &set(&anna, &task, json!({"status": "in_progress"})).await[..] else { panic!() };
    let seen = read_mail(&accepted.message);
    assert!(seen.text().contains("Anna"), "it says who does it: {seen:#?}");
    let newest = newest_mail(&anna).await;
    assert_eq!(newest["kind"], "task_accepted");
    // Where somebody else moves it, nobody took it on; and a new assigner set nothing.
    let body = json!({"title": "Fence", "assigner": ivan.id(), "assignees": [boris.me.id()]});
    let other = anna.post("/v1/tasks", body).await.expect(201).json();
    assert_eq!(set(&anna, &other, json!({"status": "in_progress"})).await.len(), 1);
    let newest = newest_mail(&anna).await;
    assert_eq!(newest["kind"], "status_changed");
    let handed_over = json!({"status": "done", "assigner": anna.me.id()});
    assert_eq!(set(&anna, &other, handed_over).await, []);
}

/// Each says what happened, however late it leaves.
async fn a_mail_tells_of_the_status_that_it_was_written_for(app: TestApp) {
    let (anna, ivan) = begin(&app, &["status_changed"]).await;
    let task = task_of(&anna, &ivan).await;
    for status in ["in_progress", "deferred"] {
        anna.patch(format!("/v1/tasks/{}", task.id()), json!({"status": status})).await.expect(200);
    }
    app.work().await;
    let sent = app.mail().take();
    let texts: Vec<String> = sent.iter().map(|it| read_mail(&it.message).text().to_owned()).collect();
    assert!(texts.len() == 2 && texts.iter().any(|it| it.contains("In progress")), "{texts:#?}");
    assert!(texts.iter().any(|it| it.contains("Deferred")), "{texts:#?}");
}

/// R37, RFC 8058: by the link in the mail that he got.
async fn who_unsubscribed_gets_what_people_write_to_him_and_nothing_else(app: TestApp) {
    let (anna, ivan) = begin(&app, &["status_changed"]).await;
    let task = task_of(&anna, &ivan).await;
    let [told] = &set(&anna, &task, json!({"status": "in_progress"})).await[..] else { panic!() };
    let parsed = MessageParser::new().parse(&told.message).unwrap();
    let end = parsed.header_raw("List-Unsubscribe").unwrap().trim();
    let path = end.strip_prefix("<https://liaison.test").unwrap().strip_suffix('>').unwrap();
    let by_post = parsed.header_raw("List-Unsubscribe-Post").unwrap().trim();
    let one_click = app.anon().call(Method::POST, path);
    one_click.body("application/x-www-form-urlencoded", by_post.to_owned()).await.expect(200);

    assert_eq!(set(&anna, &task, json!({"status": "done"})).await, []);
    let newest = newest_mail(&anna).await;
    assert_eq!((&newest["kind"], &newest["state"]), (&json!("status_changed"), &json!("suppressed")));
    comment(&anna, &task, "When may we come?", &[&ivan]).await;
    app.work().await;
    let [written] = &app.mail().take()[..] else { panic!() };
    assert!(read_mail(&written.message).text().contains("When may we come?"));
}
