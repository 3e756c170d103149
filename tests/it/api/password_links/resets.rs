//! `POST /v1/password-resets`, `POST /v1/password-resets:complete`

use chrono::TimeDelta;
use liaison_domain::external_access::LinkPurpose;
use serde_json::json;
use support::{JsonExt as _, PASSWORD, TestApp, both_engines};

use super::{let_in, token};

both_engines!(
    a_forgotten_password_is_replaced_and_every_session_ends,
    whoever_asks_for_a_new_password_gets_the_same_answer,
);

const NEW: &str = "another battery staple";

/// LVL-3, S8
async fn a_forgotten_password_is_replaced_and_every_session_ends(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let ivan = let_in(&anna, &ivan).await;
    for (user, email) in [(&ivan, "ivan@client.example"), (&anna, "anna@acme.example")] {
        let asked = json!({"account": "acme", "email": email});
        app.anon().post("/v1/password-resets", asked).await.expect(204);
        app.work().await;
        let mails = app.mail().take();
        assert_eq!(mails[0].envelope.recipients[0].as_str(), email);
        let link = token(&anna, user.me.id(), LinkPurpose::PasswordReset).await;
        let said = String::from_utf8(mails[0].message.clone()).unwrap().replace("=\r\n", "");
        assert!(said.contains(&format!("?password_reset=3D{link}")), "{said}");
        let complete = |password| {
            app.anon().post("/v1/password-resets:complete", json!({"token": link, "password": password}))
        };
        complete("short").await.expect(422).problem_at("validation_failed", &[("/password", "too_short")]);
        user.get("/v1/me").await.expect(200);
        complete(NEW).await.expect(204);
        user.get("/v1/me").await.expect(401).problem("unauthenticated");
        let body = json!({"refresh_token": user.refresh_token});
        user.post("/v1/sessions/refresh", body).await.expect(401).problem("invalid_refresh_token");
        complete(NEW).await.expect(401).problem("invalid_link");
        let sign_in = |password| {
            app.anon().post("/v1/sessions", json!({"account": "acme", "email": email, "password": password}))
        };
        sign_in(PASSWORD).await.expect(401).problem("invalid_credentials");
        sign_in(NEW).await.expect(201);
    }
}

/// S3, S26
async fn whoever_asks_for_a_new_password_gets_the_same_answer(app: TestApp) {
    let anna = app.sign_up("acme").await;
    app.sign_up("globex").await;
    anna.contact("ivan").await;
    let ask = async |account: &str, email: &str| {
        let asked = json!({"account": account, "email": email});
        app.anon().post("/v1/password-resets", asked).await.expect(204);
        app.work().await;
        app.mail().take().len()
    };
    for (account, email) in [
        ("acme", "nobody@acme.example"),
        ("nowhere", "anna@acme.example"),
        ("globex", "anna@acme.example"),
        ("acme", "ivan@client.example"),
    ] {
        assert_eq!(ask(account, email).await, 0, "{account} {email}");
    }
    for _ in 0..5 {
        assert_eq!(ask("acme", "ANNA@acme.example").await, 1);
    }
    assert_eq!(ask("acme", "anna@acme.example").await, 0, "nobody is flooded by others");
    let link = token(&anna, anna.me.id(), LinkPurpose::PasswordReset).await;
    app.clock().advance(TimeDelta::hours(1));
    let body = json!({"token": link, "password": NEW});
    app.anon().post("/v1/password-resets:complete", body).await.expect(401).problem("invalid_link");
    assert_eq!(ask("acme", "anna@acme.example").await, 1);
}
