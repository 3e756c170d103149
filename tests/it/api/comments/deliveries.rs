//! `GET /v1/comments/{id}/deliveries`

use chrono::TimeDelta;
use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::{Misbehavior, Reply};
use serde_json::{Value, json};
use support::{Client, JsonExt, TestApp, both_engines};

use super::{of, write};
use crate::api::tasks::{mailed, set};

both_engines!(
    each_person_is_told_by_his_own_way,
    who_got_nothing_is_named_with_the_reason,
    the_author_is_told_nothing,
    a_report_says_how_each_mail_fares,
    what_waits_for_its_time_is_held,
);

/// Name, channel, state and detail of each line.
async fn lines(client: &Client, comment: &Value) -> Vec<[String; 4]> {
    let page = client.get(of(comment, "/deliveries")).await.expect(200).json();
    let line = |it: &Value| {
        let detail = it["detail"].as_str().unwrap_or_default();
        [it["person"]["name"].text(), it["channel"].text(), it["state"].text(), detail].map(str::to_owned)
    };
    page.items().iter().map(line).collect()
}

/// CLI-2, CLI-3: a contact by mail, a colleague in the application, others not at all.
async fn each_person_is_told_by_his_own_way(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let body = json!({"title": "Ours", "auditors": [vera.me.id()], "participants": [olga.id()]});
    let task = set(&anna, body).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [boris.me.id(), ivan.id()]})).await;
    let expected = [["boris", "in_app", "delivered", ""], ["ivan", "mail", "queued", ""]];
    assert_eq!(lines(&vera, &made).await, expected);
    assert_eq!(made["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    let [_, mail] = lines(&vera, &made).await.try_into().unwrap();
    assert_eq!(mail[2], "accepted");
}

/// R8, R12: nobody is left out in silence.
async fn who_got_nothing_is_named_with_the_reason(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let mute = json!({"name": "mute", "selectable_as_participant": true});
    let mute = anna.post("/v1/contacts", mute).await.expect(201).json();
    anna.patch(format!("/v1/employees/{}", boris.me.id()), json!({"status": "inactive"})).await.expect(200);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [boris.me.id(), mute.id()]})).await;
    let expected =
        [["boris", "in_app", "skipped", "inactive_employee"], ["mute", "mail", "skipped", "no_address"]];
    assert_eq!(lines(&anna, &made).await, expected);
    let warnings = made["warnings"].as_array().unwrap();
    let codes: Vec<_> = warnings.iter().map(|it| it["code"].text()).collect();
    assert_eq!(codes, ["inactive_employee", "no_address"]);
}

/// NTF-5
async fn the_author_is_told_nothing(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [anna.me.id(), boris.me.id()]})).await;
    assert_eq!(lines(&anna, &made).await, [["boris", "in_app", "delivered", ""]]);
    let note = write(&anna, &task, json!({"text": "To myself"})).await;
    assert_eq!(lines(&anna, &note).await, Vec::<[String; 4]>::new());
}

/// TRK-1: each state that a mail can be in, with the server's words, and when it came to it.
async fn a_report_says_how_each_mail_fares(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let mut people = Vec::new();
    for name in ["accepted", "deferred", "bounced", "suppressed"] {
        people.push(anna.contact(name).await);
    }
    let refuse = |name: &str, code, text: &str| {
        let address = EmailAddress::parse(&format!("{name}@client.example")).unwrap();
        app.mail().misbehave(&address, Misbehavior::Refuse(Reply::new(code, text)));
    };
    refuse("deferred", 452, "4.2.2 full");
    refuse("bounced", 550, "5.1.1 unknown");
    let stop = json!({"suppressed_addresses": ["suppressed@client.example"]});
    anna.patch("/v1/settings/contact-mail", stop).await.expect(200);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let notify: Vec<&str> = people.iter().map(JsonExt::id).collect();
    let made = write(&anna, &task, json!({"text": "Hello", "notify": notify})).await;
    app.clock().advance(TimeDelta::seconds(7));
    app.work().await;
    app.mail().take();
    let report = anna.get(of(&made, "/deliveries")).await.expect(200).json();
    let lines: Vec<Value> = report
        .items()
        .iter()
        .map(|it| {
            assert_eq!(it["address"], format!("{}@client.example", it["person"]["name"].text()));
            let mail = it["mail_id"].text();
            assert!(it["opened_at"].is_null() && it["answered_at"].is_null() && !mail.is_empty());
            json!([it["state"], it["detail"], it["attempts"], it["bounce_class"], it["at"]])
        })
        .collect();
    let (then, now) = ("2030-01-01T00:00:00Z", "2030-01-01T00:00:07Z");
    assert_eq!(
        json!(lines),
        json!([
            ["accepted", "250 2.0.0 Ok", 1, null, now],
            ["deferred", "452 4.2.2 full", 1, null, now],
            ["bounced", "550 5.1.1 unknown", 1, "hard", now],
            ["suppressed", null, 0, null, then],
        ])
    );
}

/// Product §3: and once it has left, it is reported like any other.
async fn what_waits_for_its_time_is_held(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    anna.patch("/v1/account", json!({"send_delay_seconds": 30})).await.expect(200);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [ivan.id()]})).await;
    assert_eq!(lines(&anna, &made).await, [["ivan", "mail", "held", ""]]);
    app.clock().advance(TimeDelta::seconds(30));
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    assert_eq!(lines(&anna, &made).await[0][2], "accepted");
}
