//! `/v1/contacts/{id}/access`

use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::{Misbehavior, Reply};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use crate::api::password_links::let_in;

both_engines!(
    administrators_and_whom_they_let_decide_who_signs_in,
    who_can_not_be_written_to_can_not_be_invited,
    access_is_suspended_and_given_back,
    whatever_ends_access_ends_it_at_once,
    an_invitation_tells_what_became_of_its_mail,
);

fn path(contact: &Value) -> String {
    format!("/v1/contacts/{}/access", contact.id())
}

/// LVL-2
async fn administrators_and_whom_they_let_decide_who_signs_in(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    boris.get(path(&ivan)).await.expect(404);
    boris.post(path(&ivan), json!({})).await.expect(403).problem("forbidden");
    let card = format!("/v1/employees/{}", boris.me.id());
    boris.patch(&card, json!({"manages_external_access": true})).await.expect(403);
    let changed = anna.patch(&card, json!({"manages_external_access": true})).await.expect(200).json();
    assert_eq!(changed["manages_external_access"], true);
    let made = boris.post(path(&ivan), json!({})).await.expect(201);
    assert_eq!(made.header("location"), Some(path(&ivan).as_str()));
    let made = made.json();
    assert_eq!((&made["state"], &made["may_sign_in"]), (&json!("invited"), &json!(false)));
    assert_eq!(made["invited_by"], boris.me["id"]);
    anna.post(path(&ivan), json!({})).await.expect(409).problem("access_exists");
    anna.patch(&card, json!({"manages_external_access": false})).await.expect(200);
    for action in ["", ":resend", ":suspend", ":resume"] {
        if !action.is_empty() {
            boris.post(path(&ivan) + action, json!({})).await.expect(403).problem("forbidden");
        }
    }
    boris.delete(path(&ivan)).await.expect(403).problem("forbidden");
    for action in [":suspend", ":resume"] {
        anna.post(path(&ivan) + action, json!({})).await.expect(409).problem("not_accepted");
    }
    anna.delete(path(&ivan)).await.expect(204);
    anna.delete(path(&ivan)).await.expect(404);
    // LVL-5
    let company = json!({"name": "Client Ltd", "is_company": true, "email": "info@client.example"});
    let company = anna.post("/v1/contacts", company).await.expect(201).json();
    let_in(&anna, &company).await.get("/v1/me").await.expect(200);
}

/// LVL-1, LVL-4
async fn who_can_not_be_written_to_can_not_be_invited(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let nameless = anna.post("/v1/contacts", json!({"name": "Ivan"})).await.expect(201).json();
    anna.post(path(&nameless), json!({})).await.expect(422).problem("no_address");
    let spammer = anna.contact("petr").await;
    anna.patch(format!("/v1/contacts/{}", spammer.id()), json!({"spam": true})).await.expect(200);
    anna.post(path(&spammer), json!({})).await.expect(409).problem("contact_is_spam");
    anna.post(format!("/v1/contacts/{}/access", anna.me.id()), json!({})).await.expect(404);
}

/// LVL-4
async fn access_is_suspended_and_given_back(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let first = let_in(&anna, &ivan).await;
    anna.post(path(&ivan) + ":resend", json!({})).await.expect(409).problem("already_accepted");
    let shown = anna.get(path(&ivan)).await.expect(200).json();
    assert_eq!((&shown["state"], &shown["invitation"]), (&json!("active"), &Value::Null));
    assert_eq!(shown["may_sign_in"], true);
    for _ in 0..2 {
        let shown = anna.post(path(&ivan) + ":suspend", json!({})).await.expect(200).json();
        assert_eq!((&shown["state"], &shown["may_sign_in"]), (&json!("suspended"), &json!(false)));
    }
    first.get("/v1/me").await.expect(401).problem("unauthenticated");
    sign_in(&app).await.expect(401).problem("invalid_credentials");
    anna.post(path(&ivan) + ":resume", json!({})).await.expect(200);
    // What he held before stays worthless.
    first.get("/v1/me").await.expect(401);
    let body = json!({"refresh_token": first.refresh_token});
    first.post("/v1/sessions/refresh", body).await.expect(401).problem("invalid_refresh_token");
    sign_in(&app).await.expect(201);
}

/// What somebody does to a contact, given another.
type End = fn(&Client, &Value, &Value) -> support::Call;

async fn whatever_ends_access_ends_it_at_once(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ends: [(&str, End); 5] = [
        ("withdrawn", |anna, it, _| anna.delete(path(it))),
        ("deleted", |anna, it, _| anna.delete(format!("/v1/contacts/{}", it.id()))),
        ("spam", |anna, it, _| anna.patch(format!("/v1/contacts/{}", it.id()), json!({"spam": true}))),
        ("moved", |anna, it, _| {
            anna.patch(format!("/v1/contacts/{}", it.id()), json!({"email": "new@client.example"}))
        }),
        ("merged", |anna, it, other| {
            anna.post("/v1/contacts:merge", json!({"into": other.id(), "from": [it.id()]}))
        }),
    ];
    let other = anna.contact("other").await;
    for (name, end) in ends {
        let contact = anna.contact(name).await;
        let user = let_in(&anna, &contact).await;
        user.get("/v1/me").await.expect(200);
        let ended = end(&anna, &contact, &other).await;
        assert!(ended.status < 300, "{ended}");
        user.get("/v1/me").await.expect(401).problem("unauthenticated");
        let body = json!({"refresh_token": user.refresh_token});
        user.post("/v1/sessions/refresh", body).await.expect(401).problem("invalid_refresh_token");
        let body = json!({"account": "acme", "email": format!("{name}@client.example"), "password": support::PASSWORD});
        app.anon().post("/v1/sessions", body).await.expect(401).problem("invalid_credentials");
    }
    // Whose address it is now may be invited with it, and signs in as himself.
    let heir = anna.contact("moved").await;
    let heir_in = let_in(&anna, &heir).await;
    assert_eq!(heir_in.get("/v1/me").await.expect(200).json()["contact"]["id"], heir["id"]);
}

async fn an_invitation_tells_what_became_of_its_mail(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let address = EmailAddress::parse("ivan@client.example").unwrap();
    app.mail().misbehave(&address, Misbehavior::Refuse(Reply::new(451, "4.3.0 later")));
    anna.post(path(&ivan), json!({})).await.expect(201);
    let state = async || {
        app.work().await;
        let shown = anna.get(path(&ivan)).await.expect(200).json();
        shown["invitation"]["state"].text().to_owned()
    };
    assert_eq!(state().await, "deferred");
    app.mail().behave(&address);
    app.clock().advance(chrono::TimeDelta::minutes(1));
    assert_eq!(state().await, "accepted");
    assert_eq!(app.mail().take().len(), 1);
    app.mail().misbehave(&address, Misbehavior::Refuse(Reply::new(550, "5.1.1 unknown")));
    anna.post(path(&ivan) + ":resend", json!({})).await.expect(200);
    assert_eq!(state().await, "bounced");
}

async fn sign_in(app: &TestApp) -> support::Answer {
    let body = json!({"account": "acme", "email": "ivan@client.example", "password": support::PASSWORD});
    app.anon().post("/v1/sessions", body).await
}
