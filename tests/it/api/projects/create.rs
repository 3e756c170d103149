//! `POST /v1/projects`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::begin;

both_engines!(
    a_new_project_has_a_number_and_an_address,
    a_project_begun_again_with_its_key_is_the_same_project,
    a_project_has_a_name,
);

/// ADR-5: numbers count up per account.
async fn a_new_project_has_a_number_and_an_address(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    begin(&other, "Foreign").await;
    begin(&anna, "Gates").await;
    let answer = anna.post("/v1/projects", json!({"name": " The  new fence "})).await.expect(201);
    let made = answer.json();
    assert_eq!(answer.header("location"), Some(format!("/v1/projects/{}", made.id()).as_str()));
    assert_eq!((&made["number"], &made["name"]), (&json!(2), &json!("The new fence")));
    assert_eq!(made["addresses"], json!({"project": "project+2@acme.liaison.test"}));
    assert_eq!(anna.get(format!("/v1/projects/{}", made.id())).await.expect(200).json(), made);
    other.get(format!("/v1/projects/{}", made.id())).await.expect(404).problem("not_found");
}

async fn a_project_begun_again_with_its_key_is_the_same_project(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ask = || anna.post("/v1/projects", json!({"name": "Once"})).header("idempotency-key", "k1");
    let (made, again) = (ask().await.expect(201), ask().await.expect(201));
    assert_eq!(made.json(), again.json());
    assert_eq!(begin(&anna, "Next").await["number"], 2);
}

async fn a_project_has_a_name(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for (name, code) in [("", "empty"), ("a\u{0}b", "invalid"), (&*"x".repeat(251), "too_long")] {
        let answer = anna.post("/v1/projects", json!({"name": name})).await.expect(422);
        answer.problem_at("validation_failed", &[("/name", code)]);
    }
}
