//! `POST /v1/employees`

use serde_json::{Value, json};
use support::{JsonExt as _, PASSWORD, TestApp, both_engines};

both_engines!(
    a_new_employee_can_sign_in,
    a_login_is_taken_once_in_an_account,
    an_address_belongs_to_one_person_of_the_account,
    nobody_is_taken_over_by_being_employed,
    an_account_has_one_owner,
);

fn hire(login: &str, email: &str) -> Value {
    json!({"name": "Boris", "login": login, "email": email, "role": "member", "password": PASSWORD})
}

async fn a_new_employee_can_sign_in(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let answer = anna.post("/v1/employees", hire("boris", "boris@example.com")).await.expect(201);
    let made = answer.json();
    assert_eq!(answer.header("location"), Some(format!("/v1/employees/{}", made.id()).as_str()));
    assert_eq!(made["internal_address"], "boris@acme.liaison.test");
    assert_eq!(app.sign_in("acme", "boris@example.com").await.me, made);
    let listed = anna.get("/v1/employees").await.expect(200).json();
    assert_eq!(listed.items().iter().map(|it| it["login"].text()).collect::<Vec<_>>(), ["boris", "anna"]);
}

async fn a_login_is_taken_once_in_an_account(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    anna.post("/v1/employees", hire("boris", "boris@example.com")).await.expect(201);
    let answer = anna.post("/v1/employees", hire("BORIS", "another@example.com")).await.expect(409);
    answer.problem_at("login_taken", &[("/login", "taken")]);
    other.post("/v1/employees", hire("boris", "another@example.com")).await.expect(201);
}

/// DUP-1
async fn an_address_belongs_to_one_person_of_the_account(app: TestApp) {
    let anna = app.sign_up("acme").await;
    anna.contact("ivan").await;
    let answer = anna.post("/v1/employees", hire("ivan", "IVAN@client.example")).await.expect(409);
    answer.problem_at("email_taken", &[("/email", "taken")]);
    let answer = anna.post("/v1/contacts", json!({"name": "Anna", "email": "anna@ACME.example"})).await;
    answer.expect(409).problem_at("email_taken", &[("/email", "taken")]);
}

/// Who has a password elsewhere on the server keeps it.
async fn nobody_is_taken_over_by_being_employed(app: TestApp) {
    let (anna, _) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let answer = anna.post("/v1/employees", hire("anna2", "anna@globex.example")).await.expect(409);
    answer.problem("email_taken");
    app.sign_in("globex", "anna@globex.example").await;
}

/// ACC-2
async fn an_account_has_one_owner(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let mut body = hire("boris", "boris@example.com");
    body["role"] = json!("owner");
    anna.post("/v1/employees", body).await.expect(403).problem("forbidden");
}
