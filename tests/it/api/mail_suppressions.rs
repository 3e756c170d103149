//! `/v1/mail/suppressions`: addresses that no mail leaves to.

use chrono::TimeDelta;
use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::{Misbehavior, Reply};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    mail_to_a_suppressed_address_stops_and_starts_again,
    a_suppression_ends_by_itself,
    the_same_address_is_one_suppression,
    what_waits_for_its_next_attempt_stops_too,
    an_address_refused_for_good_is_suppressed,
    a_suppression_can_be_wrong_in_many_ways,
);

const PATH: &str = "/v1/mail/suppressions";

async fn write(client: &Client, contact: &Value) -> Value {
    let task = client.post("/v1/tasks", json!({"title": "Gate"})).await.expect(201).json();
    let body = json!({"text": "Hello", "notify": [contact.id()]});
    client.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201).json()
}

fn state(comment: &Value) -> &str {
    comment["deliveries"][0]["state"].text()
}

/// Hand-written comments too.
async fn mail_to_a_suppressed_address_stops_and_starts_again(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let body = json!({"address": "Ivan@client.example", "reason": "He asked for it"});
    let made = anna.post(PATH, body).await.expect(201).json();
    assert_eq!(made["address"], "Ivan@client.example");
    assert_eq!(
        (&made["cause"], &made["reason"], &made["until"]),
        (&json!("by_hand"), &json!("He asked for it"), &json!(null))
    );
    assert_eq!(anna.get(PATH).await.expect(200).json().items(), std::slice::from_ref(&made));
    let of_olga = anna.get(format!("{PATH}?address=olga@client.example")).await.expect(200).json();
    assert_eq!(of_olga.items().len(), 0);

    let comment = write(&anna, &ivan).await;
    assert_eq!((state(&comment), comment["warnings"][0]["code"].text()), ("suppressed", "suppressed"));
    assert_eq!(state(&write(&anna, &olga).await), "queued");
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
    let kept = anna.get("/v1/mail/outgoing?state=suppressed").await.expect(200).json();
    assert_eq!(kept.items()[0]["comment_id"], comment["id"]);

    anna.delete(format!("{PATH}/{}", made.id())).await.expect(204);
    anna.delete(format!("{PATH}/{}", made.id())).await.expect(404);
    assert_eq!(state(&write(&anna, &ivan).await), "queued");
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
}

async fn a_suppression_ends_by_itself(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let body = json!({"address": "ivan@client.example", "until": "2030-01-01T00:10:00Z"});
    anna.post(PATH, body).await.expect(201);
    assert_eq!(state(&write(&anna, &ivan).await), "suppressed");
    app.clock().advance(TimeDelta::minutes(11));
    assert_eq!(anna.get(PATH).await.expect(200).json().items().len(), 0);
    assert_eq!(state(&write(&anna, &ivan).await), "queued");
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
}

async fn the_same_address_is_one_suppression(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let first = json!({"address": "ivan@client.example", "until": "2030-02-01T00:00:00Z"});
    let first = anna.post(PATH, first).await.expect(201).json();
    let again = json!({"address": "IVAN@client.example", "reason": "For good"});
    let again = anna.post(PATH, again).await.expect(201).json();
    assert_eq!((&again["id"], &again["until"]), (&first["id"], &json!(null)));
    assert_eq!(anna.get(PATH).await.expect(200).json().items().len(), 1);
}

async fn what_waits_for_its_next_attempt_stops_too(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let ivans = EmailAddress::parse("ivan@client.example").unwrap();
    app.mail().misbehave_times(&ivans, Misbehavior::Refuse(Reply::new(451, "4.7.1 Greylisted")), 1);
    write(&anna, &ivan).await;
    app.work().await;
    anna.post(PATH, json!({"address": "ivan@client.example"})).await.expect(201);
    app.clock().advance(TimeDelta::minutes(2));
    app.work().await;
    assert_eq!(app.mail().take().len(), 0);
    let mails = anna.get("/v1/mail/outgoing").await.expect(200).json();
    assert_eq!(mails.items()[0]["state"], "suppressed");
}

/// R4: by the table for reports, where it was the address that was refused.
async fn an_address_refused_for_good_is_suppressed(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for (name, code, text, class, is_suppressed) in [
        ("ivan", 550, "5.1.1 No such user", "hard", true),
        ("olga", 552, "5.2.2 Mailbox full", "soft", false),
        ("zoe", 550, "5.7.1 Blocked", "soft", false),
    ] {
        let contact = anna.contact(name).await;
        let address = EmailAddress::parse(&format!("{name}@client.example")).unwrap();
        app.mail().misbehave_times(&address, Misbehavior::Refuse(Reply::new(code, text)), 1);
        write(&anna, &contact).await;
        app.work().await;
        let mails = anna.get(format!("/v1/mail/outgoing?person={}", contact.id())).await.expect(200).json();
        let mail = &mails.items()[0];
        assert_eq!(
            (mail["state"].text(), &mail["recipients"][0]["bounce_class"]),
            ("bounced", &json!(class))
        );
        let found = anna.get(format!("{PATH}?address={address}")).await.expect(200).json();
        assert_eq!(found.items().len(), usize::from(is_suppressed), "{text}");
    }
}

async fn a_suppression_can_be_wrong_in_many_ways(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let past = json!({"address": "nobody", "reason": " ", "until": "2029-12-31T00:00:00Z"});
    let wrong = [("/address", "invalid"), ("/reason", "empty"), ("/until", "out_of_range")];
    anna.post(PATH, past).await.expect(422).problem_at("validation_failed", &wrong);
    let boris = anna.employee("boris").await;
    boris.post(PATH, json!({"address": "a@b.example"})).await.expect(403).problem("forbidden");
}
