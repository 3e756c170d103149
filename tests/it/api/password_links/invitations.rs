//! `POST /v1/invitations:accept`

use chrono::TimeDelta;
use liaison_domain::external_access::LinkPurpose;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, PASSWORD, TestApp, both_engines};

use super::token;

both_engines!(
    who_accepts_sets_a_password_and_is_in,
    an_invitation_takes_nobody_over,
    an_invitation_is_good_once_for_a_week_and_for_nothing_else,
    an_employee_without_a_password_is_invited,
    an_invited_employee_is_nobody_until_he_accepts,
);

fn accept(app: &TestApp, token: &str, password: &str) -> support::Call {
    app.anon().post("/v1/invitations:accept", json!({"token": token, "password": password}))
}

async fn invite(by: &Client, contact: &Value) -> String {
    by.post(format!("/v1/contacts/{}/access", contact.id()), json!({})).await.expect(201);
    token(by, contact.id(), LinkPurpose::Invitation).await
}

/// LVL-3
async fn who_accepts_sets_a_password_and_is_in(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let token = invite(&anna, &ivan).await;
    app.work().await;
    let mails = app.mail().take();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].envelope.recipients[0].as_str(), "ivan@client.example");
    assert_eq!(mails[0].envelope.sender, None, "nobody reads what bounces");
    let said = String::from_utf8(mails[0].message.clone()).unwrap().replace("=\r\n", "");
    assert!(said.contains(&format!("https://liaison.test/portal?invitation=3D{token}")), "{said}");
    assert!(said.contains("Auto-Submitted: auto-generated"), "{said}");
    // LVL-3: nothing but the address is his to sign in with, and not before he has accepted.
    let sign_in = json!({"account": "acme", "email": "ivan@client.example", "password": PASSWORD});
    app.anon().post("/v1/sessions", sign_in).await.expect(401).problem("invalid_credentials");
    let weak = accept(&app, &token, "short").await.expect(422);
    weak.problem_at("validation_failed", &[("/password", "too_short")]);
    let call = || async { accept(&app, &token, PASSWORD).header("Idempotency-Key", "one").await };
    let tokens = call().await.expect(201).json();
    assert_eq!(call().await.expect(201).json(), tokens, "a repeated request gets the first answer");
    let ivan_signed_in = app.anon().with_token(tokens["access_token"].text());
    let me = ivan_signed_in.get("/v1/me").await.expect(200).json();
    assert_eq!((me["contact"].id(), &me["employee"]), (ivan.id(), &Value::Null));
    let again = app.sign_in("acme", "ivan@client.example").await;
    again.get("/v1/employees").await.expect(403).problem("forbidden");
    let body = json!({"refresh_token": again.refresh_token});
    again.post("/v1/sessions/refresh", body).await.expect(200);
    again.delete("/v1/sessions/current").await.expect(204);
    again.get("/v1/me").await.expect(401);
    ivan_signed_in.get("/v1/me").await.expect(200);
}

/// S8: who has a password on the server keeps it, and without it a link lets nobody in.
async fn an_invitation_takes_nobody_over(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let card = json!({"name": "Anna of Globex", "email": "ANNA@globex.example"});
    let contact = anna.post("/v1/contacts", card).await.expect(201).json();
    let token = invite(&anna, &contact).await;
    accept(&app, &token, "another password").await.expect(401).problem("invalid_credentials");
    accept(&app, &token, PASSWORD).await.expect(201);
    app.sign_in("acme", "anna@globex.example").await;
    other.get("/v1/me").await.expect(200);
    app.sign_in("globex", "anna@globex.example").await;
    app.work().await;
    app.mail().take();
}

/// S8, LVL-4
async fn an_invitation_is_good_once_for_a_week_and_for_nothing_else(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, petr) = (anna.contact("ivan").await, anna.contact("petr").await);
    let first = invite(&anna, &ivan).await;
    let path = format!("/v1/contacts/{}/access", ivan.id());
    anna.post(format!("{path}:resend"), json!({})).await.expect(200);
    let second = token(&anna, ivan.id(), LinkPurpose::Invitation).await;
    let refused = async |token: &str| {
        accept(&app, token, PASSWORD).await.expect(401).problem("invalid_link");
        let body = json!({"token": token, "password": PASSWORD});
        app.anon().post("/v1/password-resets:complete", body).await.expect(401).problem("invalid_link");
    };
    refused(&first).await;
    refused(&format!("{second}A")).await;
    refused("").await;
    let body = json!({"token": second, "password": PASSWORD});
    app.anon().post("/v1/password-resets:complete", body).await.expect(401).problem("invalid_link");
    accept(&app, &second, PASSWORD).await.expect(201);
    refused(&second).await;
    let late = invite(&anna, &petr).await;
    app.clock().advance(TimeDelta::days(7));
    refused(&late).await;
    let anna = app.sign_in("acme", "anna@acme.example").await;
    let path = format!("/v1/contacts/{}/access", petr.id());
    for _ in 0..5 {
        anna.post(format!("{path}:resend"), json!({})).await.expect(200);
    }
    // S3: nobody is flooded by pressing a button.
    anna.post(format!("{path}:resend"), json!({})).await.expect(429).problem("rate_limited");
    let taken_back = token(&anna, petr.id(), LinkPurpose::Invitation).await;
    anna.delete(&path).await.expect(204);
    refused(&taken_back).await;
    anna.get(&path).await.expect(404);
    app.work().await;
    assert!(app.mail().take().is_empty(), "what leads nowhere any more is not sent");
}

async fn an_employee_without_a_password_is_invited(app: TestApp) {
    let (anna, _) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let hire = |login, email| json!({"name": "Boris", "login": login, "email": email, "role": "member"});
    let boris = anna.post("/v1/employees", hire("boris", "boris@example.com")).await.expect(201).json();
    let known = anna.post("/v1/employees", hire("anna2", "anna@globex.example")).await.expect(201).json();
    assert_eq!((&boris["status"], &known["status"]), (&json!("invited"), &json!("invited")));
    app.work().await;
    assert_eq!(app.mail().take().len(), 2);
    let link = token(&anna, boris.id(), LinkPurpose::Invitation).await;
    accept(&app, &link, PASSWORD).await.expect(201);
    let boris = app.sign_in("acme", "boris@example.com").await;
    assert_eq!(boris.me["status"], "active");
    // Who has a password on the server gives it: the administrator learns nothing of it.
    let path = format!("/v1/employees/{}:invite", known.id());
    boris.post(&path, json!({})).await.expect(403).problem("forbidden");
    anna.post(&path, json!({})).await.expect(200);
    let link = token(&anna, known.id(), LinkPurpose::Invitation).await;
    accept(&app, &link, "another password").await.expect(401).problem("invalid_credentials");
    accept(&app, &link, PASSWORD).await.expect(201);
    app.sign_in("acme", "anna@globex.example").await;
    anna.post(&path, json!({})).await.expect(409).problem("already_accepted");
    app.work().await;
    app.mail().take();
}

async fn an_invited_employee_is_nobody_until_he_accepts(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let hire = json!({"name": "Boris", "login": "boris", "email": "boris@example.com", "role": "admin"});
    let boris = anna.post("/v1/employees", hire).await.expect(201).json();
    let path = format!("/v1/employees/{}", boris.id());
    for status in ["active", "invited"] {
        let answer = anna.patch(&path, json!({"status": status})).await;
        if status == "active" {
            answer.expect(422).problem_at("validation_failed", &[("/status", "invalid")]);
        } else {
            answer.expect(200);
        }
    }
    let task = anna.post("/v1/tasks", json!({"title": "A task"})).await.expect(201).json();
    let body = json!({"text": "Hello", "notify": [boris.id()]});
    let refused = anna.post(format!("/v1/tasks/{}/comments", task.id()), body).await;
    assert!(refused.status == 422 || refused.status == 201, "{refused}");
    let link = token(&anna, boris.id(), LinkPurpose::Invitation).await;
    anna.patch(&path, json!({"status": "inactive"})).await.expect(200);
    accept(&app, &link, PASSWORD).await.expect(401).problem("invalid_link");
    anna.post(format!("{path}:invite"), json!({})).await.expect(200);
    let link = token(&anna, boris.id(), LinkPurpose::Invitation).await;
    accept(&app, &link, PASSWORD).await.expect(201);
    app.work().await;
    app.mail().take();
}
