//! `POST /v1/accounts`

use liaison_api::config::SignupMode;
use serde_json::{Value, json};
use support::{PASSWORD, TestApp, both_engines};

both_engines!(
    signing_up_makes_an_account_with_its_owner_and_signs_him_in,
    an_account_name_is_taken_once_whatever_its_case,
    the_same_person_owns_two_accounts_with_one_password,
    somebody_elses_address_is_refused_like_any_sign_in,
    a_closed_server_makes_no_accounts,
    a_reserved_login_is_refused,
);

fn sign_up(name: &str, email: &str, password: &str) -> Value {
    let owner = json!({"name": "Anna Petrova", "login": "anna", "email": email, "password": password});
    json!({"name": name, "title": "Acme Ltd", "language": "ru", "owner": owner})
}

/// ACC-1, ACC-2
async fn signing_up_makes_an_account_with_its_owner_and_signs_him_in(app: TestApp) {
    let body = sign_up("acme", "Anna@Example.com", PASSWORD);
    let answer = app.anon().post("/v1/accounts", body).await.expect(201);
    assert_eq!(answer.header("location"), Some("/v1/account"));
    let made = answer.json();
    assert_eq!(made["account"]["mail_domain"], "acme.liaison.test");
    assert_eq!(made["account"]["language"], "ru");
    assert_eq!(made["account"]["created_at"], "2030-01-01T00:00:00Z");
    assert_eq!(made["employee"]["role"], "owner");
    assert_eq!(made["employee"]["status"], "active");
    assert_eq!(made["employee"]["internal_address"], "anna@acme.liaison.test");
    assert_eq!(made["expires_in"], 900);
    let anna = app.anon().with_token(made["access_token"].as_str().unwrap());
    assert_eq!(anna.get("/v1/account").await.expect(200).json(), made["account"]);
}

/// ACC-1
async fn an_account_name_is_taken_once_whatever_its_case(app: TestApp) {
    app.sign_up("acme").await;
    let body = sign_up("ACME", "boris@example.com", PASSWORD);
    let answer = app.anon().post("/v1/accounts", body).await.expect(409);
    answer.problem_at("account_name_taken", &[("/name", "taken")]);
    // Nothing of the refused sign-up stays: the address can still be signed up.
    app.anon().post("/v1/accounts", sign_up("globex", "boris@example.com", PASSWORD)).await.expect(201);
}

async fn the_same_person_owns_two_accounts_with_one_password(app: TestApp) {
    let first = app.sign_up("acme").await;
    let body = sign_up("second", "anna@acme.example", PASSWORD);
    let second = app.anon().post("/v1/accounts", body).await.expect(201).json();
    assert_ne!(second["account"]["id"], first.account["id"]);
    app.sign_in("acme", "anna@acme.example").await;
    app.sign_in("second", "anna@acme.example").await;
}

/// S26
async fn somebody_elses_address_is_refused_like_any_sign_in(app: TestApp) {
    app.sign_up("acme").await;
    let body = sign_up("second", "anna@acme.example", "another long password");
    app.anon().post("/v1/accounts", body).await.expect(401).problem("invalid_credentials");
}

async fn a_closed_server_makes_no_accounts(app: TestApp) {
    let app = app.restart(|config| config.signup.mode = SignupMode::Closed).await;
    let body = sign_up("acme", "anna@example.com", PASSWORD);
    app.anon().post("/v1/accounts", body).await.expect(403).problem("signup_closed");
}

/// ADR-3
async fn a_reserved_login_is_refused(app: TestApp) {
    for login in ["task", "reply", "bounce.x", "postmaster"] {
        let mut body = sign_up("acme", "anna@example.com", PASSWORD);
        body["owner"]["login"] = json!(login);
        let answer = app.anon().post("/v1/accounts", body).await.expect(422);
        answer.problem_at("validation_failed", &[("/owner/login", "reserved")]);
    }
}
