//! `PATCH /v1/employees/{id}`

use serde_json::json;
use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    an_inactive_employee_is_locked_out_at_once,
    an_employee_changes_his_own_name_and_no_more,
    a_new_login_is_a_new_internal_address,
    the_owner_stays_owner,
    an_employee_who_becomes_administrator_may_administrate,
);

fn path(employee: &Client) -> String {
    format!("/v1/employees/{}", employee.me.id())
}

async fn an_inactive_employee_is_locked_out_at_once(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    anna.patch(path(&boris), json!({"status": "inactive"})).await.expect(200);
    boris.get("/v1/me").await.expect(401).problem("unauthenticated");
    let body = json!({"refresh_token": boris.refresh_token});
    boris.post("/v1/sessions/refresh", body).await.expect(401).problem("invalid_refresh_token");
    // Coming back, he signs in anew; what he held before stays worthless.
    anna.patch(path(&boris), json!({"status": "active"})).await.expect(200);
    boris.get("/v1/me").await.expect(401).problem("unauthenticated");
    app.sign_in("acme", "boris@acme.example").await;
}

async fn an_employee_changes_his_own_name_and_no_more(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, carl) = (anna.employee("boris").await, anna.employee("carl").await);
    let changed = boris.patch(path(&boris), json!({"name": "Boris Ivanov"})).await.expect(200).json();
    assert_eq!(changed["name"], "Boris Ivanov");
    for body in [json!({"login": "bob"}), json!({"role": "admin"}), json!({"status": "inactive"})] {
        boris.patch(path(&boris), body).await.expect(403).problem("forbidden");
    }
    boris.patch(path(&carl), json!({"name": "Karl"})).await.expect(403).problem("forbidden");
}

/// ADR-1
async fn a_new_login_is_a_new_internal_address(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let changed = anna.patch(path(&boris), json!({"login": "bob"})).await.expect(200).json();
    assert_eq!(changed["internal_address"], "bob@acme.liaison.test");
    let answer = anna.patch(path(&boris), json!({"login": "anna"})).await.expect(409);
    answer.problem_at("login_taken", &[("/login", "taken")]);
    anna.patch(path(&boris), json!({"login": "bob"})).await.expect(200);
}

/// ACC-2
async fn the_owner_stays_owner(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let admin = anna.admin("admin").await;
    for body in [json!({"role": "member"}), json!({"status": "inactive"})] {
        anna.patch(path(&anna), body.clone()).await.expect(409).problem("owner_required");
        admin.patch(path(&anna), body).await.expect(409).problem("owner_required");
    }
    anna.patch(path(&admin), json!({"role": "owner"})).await.expect(409).problem("owner_required");
    admin.patch(path(&anna), json!({"name": "X"})).await.expect(403).problem("forbidden");
}

async fn an_employee_who_becomes_administrator_may_administrate(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    boris.patch("/v1/account", json!({"title": "Acme"})).await.expect(403).problem("forbidden");
    anna.patch(path(&boris), json!({"role": "admin"})).await.expect(200);
    boris.patch("/v1/account", json!({"title": "Acme"})).await.expect(200);
}
