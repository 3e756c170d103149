//! `POST /v1/sessions`

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{PASSWORD, TestApp, both_engines};

both_engines!(
    signing_in_gives_a_token_that_works_for_fifteen_minutes,
    whatever_is_wrong_with_a_sign_in_the_answer_is_the_same,
    a_bent_token_is_no_token,
    a_session_ends_after_thirty_days,
);

fn credentials(account: &str, email: &str, password: &str) -> Value {
    json!({"account": account, "email": email, "password": password})
}

async fn signing_in_gives_a_token_that_works_for_fifteen_minutes(app: TestApp) {
    app.sign_up("acme").await;
    let body = credentials("ACME", "ANNA@acme.example", PASSWORD);
    let tokens = app.anon().post("/v1/sessions", body).await.expect(201).json();
    let anna = app.anon().with_token(tokens["access_token"].as_str().unwrap());
    assert_eq!(anna.get("/v1/me").await.expect(200).json()["employee"]["login"], "anna");
    app.clock().advance(TimeDelta::seconds(899));
    anna.get("/v1/me").await.expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    let answer = anna.get("/v1/me").await.expect(401);
    answer.problem("unauthenticated");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

/// S26: an answer tells nobody which accounts, addresses and employees there are.
async fn whatever_is_wrong_with_a_sign_in_the_answer_is_the_same(app: TestApp) {
    let anna = app.sign_up("acme").await;
    app.sign_up("globex").await;
    let boris = anna.employee("boris").await;
    let path = format!("/v1/employees/{}", boris.me["id"].as_str().unwrap());
    anna.patch(path, json!({"status": "inactive"})).await.expect(200);
    let mut answers = Vec::new();
    for (account, email, password) in [
        ("acme", "anna@acme.example", "a wrong password"),
        ("acme", "nobody@acme.example", PASSWORD),
        ("nowhere", "anna@acme.example", PASSWORD),
        ("globex", "anna@acme.example", PASSWORD),
        ("acme", "boris@acme.example", PASSWORD),
    ] {
        let answer = app.anon().post("/v1/sessions", credentials(account, email, password)).await.expect(401);
        let mut problem = answer.problem("invalid_credentials");
        problem["request_id"].take();
        answers.push(problem);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

async fn a_bent_token_is_no_token(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let token = anna.token.clone().unwrap();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let claims = head.split_once('.').unwrap().1;
    for bent in [
        format!("{head}."),
        format!("{head}.{}", signature.to_lowercase()),
        format!("{unsigned}.{claims}."),
        format!("{unsigned}.{claims}.{signature}"),
        anna.refresh_token.clone(),
        "x".repeat(10_000),
        String::new(),
    ] {
        anna.with_token(&bent).get("/v1/me").await.expect(401).problem("unauthenticated");
    }
    let answer = app.anon().get("/v1/me").header("Authorization", format!("Basic {token}")).await;
    answer.expect(401).problem("unauthenticated");
}

async fn a_session_ends_after_thirty_days(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let mut token = anna.refresh_token.clone();
    for _ in 0..2 {
        app.clock().advance(TimeDelta::days(14));
        let body = json!({"refresh_token": token});
        let tokens = app.anon().post("/v1/sessions/refresh", body).await.expect(200).json();
        tokens["refresh_token"].as_str().unwrap().clone_into(&mut token);
    }
    app.clock().advance(TimeDelta::days(2));
    let body = json!({"refresh_token": token});
    app.anon().post("/v1/sessions/refresh", body).await.expect(401).problem("invalid_refresh_token");
}
