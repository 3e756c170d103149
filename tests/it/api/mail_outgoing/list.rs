//! `GET /v1/mail/outgoing`

use chrono::TimeDelta;
use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::{Misbehavior, Reply};
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{comment, listed, task};

both_engines!(
    the_ledger_is_narrowed_by_state_task_and_person,
    pages_neither_skip_nor_repeat,
    everybody_reads_the_mail_of_his_tasks_about_comments_that_he_sees,
    a_wrong_parameter_is_named,
);

async fn the_ledger_is_narrowed_by_state_task_and_person(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let (first, second) = (task(&anna, &[]).await, task(&anna, &[]).await);
    let gone = EmailAddress::parse("ivan@client.example").unwrap();
    app.mail().misbehave(&gone, Misbehavior::Refuse(Reply::new(550, "5.1.1 No such user")));
    comment(&anna, &first, json!({"text": "Hello", "notify": [ivan.id(), olga.id()]})).await;
    comment(&anna, &second, json!({"text": "Hello", "notify": [olga.id()]})).await;
    assert_eq!(listed(&anna, "state=queued").await.len(), 3);
    app.work().await;
    app.mail().take();
    assert_eq!(listed(&anna, "").await.len(), 3);
    let bounced = listed(&anna, "state=bounced").await;
    assert_eq!(bounced.len(), 1);
    assert_eq!(bounced[0]["recipients"][0]["person"]["id"], ivan["id"]);
    assert_eq!(listed(&anna, &format!("task={}", second.id())).await.len(), 1);
    assert_eq!(listed(&anna, &format!("person={}", olga.id())).await.len(), 2);
    let none = format!("person={}&state=bounced", olga.id());
    assert_eq!(listed(&anna, &none).await, Vec::<Value>::new());
}

async fn pages_neither_skip_nor_repeat(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let offer = task(&anna, &[]).await;
    for n in 0..5 {
        app.clock().advance(TimeDelta::seconds(n % 2));
        comment(&anna, &offer, json!({"text": "Hello", "notify": [ivan.id()]})).await;
    }
    app.work().await;
    app.mail().take();
    let whole = listed(&anna, "").await;
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = anna.get(format!("/v1/mail/outgoing?limit=2{cursor}")).await.expect(200).json();
        pages.extend_from_slice(page.items());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(pages, whole);
    assert!(whole.is_sorted_by(|a, b| a["created_at"].text() >= b["created_at"].text()), "newest first");
}

/// S6, S7, COM-5
async fn everybody_reads_the_mail_of_his_tasks_about_comments_that_he_sees(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, clara) = (anna.employee("boris").await, anna.employee("clara").await);
    let vera = anna.admin("vera").await;
    let stranger = app.sign_up("bravo").await;
    let ivan = anna.contact("ivan").await;
    let offer = task(&anna, &[&boris.me]).await;
    let open = comment(&anna, &offer, json!({"text": "Open", "notify": [ivan.id()]})).await;
    let hidden = json!({"text": "Hidden", "notify": [ivan.id()], "hidden": true});
    let hidden = comment(&anna, &offer, hidden).await;
    app.work().await;
    app.mail().take();
    let seen = async |who: &support::Client| {
        let mut ids: Vec<String> =
            listed(who, "").await.iter().map(|it| it["comment_id"].text().to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(seen(&anna).await, [open.id(), hidden.id()]);
    assert_eq!(seen(&vera).await, [open.id(), hidden.id()]);
    assert_eq!(seen(&boris).await, [open.id()]);
    assert_eq!(seen(&clara).await, Vec::<String>::new());
    assert_eq!(seen(&stranger).await, Vec::<String>::new());
    for mail in listed(&anna, "").await {
        let is_hidden = mail["comment_id"] == hidden["id"];
        let path = format!("/v1/mail/outgoing/{}", mail.id());
        boris.get(&path).await.expect(if is_hidden { 404 } else { 200 });
        clara.get(&path).await.expect(404);
        stranger.get(&path).await.expect(404);
        stranger.post(format!("{path}:retry"), json!({})).await.expect(404);
    }
}

async fn a_wrong_parameter_is_named(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for (query, field) in [("state=lost", "?state"), ("task=7", "?task"), ("person=ivan", "?person")] {
        let answer = anna.get(format!("/v1/mail/outgoing?{query}")).await.expect(422);
        answer.problem_at("validation_failed", &[(field, "invalid")]);
    }
}
