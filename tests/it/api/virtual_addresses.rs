//! `/v1/virtual-addresses`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    a_virtual_address_is_made_and_listed,
    names_are_taken_once_in_an_account,
    the_systems_own_names_are_nobodys,
    the_login_of_one_who_left_goes_on_as_a_virtual_address,
    only_people_who_may_take_part_get_its_tasks,
    a_deleted_address_frees_its_name,
    virtual_addresses_are_for_administrators,
);

const PATH: &str = "/v1/virtual-addresses";

fn named(local_part: &str) -> Value {
    json!({"local_part": local_part, "description": "Sales department"})
}

async fn hire(anna: &Client, login: &str) -> support::Answer {
    let email = format!("{login}@people.example");
    let body =
        json!({"name": "B", "login": login, "email": email, "role": "member", "password": support::PASSWORD});
    anna.post("/v1/employees", body).await
}

/// ADR-2
async fn a_virtual_address_is_made_and_listed(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let mut body = named("Sales.Office");
    body["assignee_ids"] = json!([ivan.id(), boris.me.id(), ivan.id()]);
    let made = anna.post(PATH, body).await.expect(201).json();
    assert_eq!(made["local_part"], "sales.office");
    assert_eq!(made["address"], "sales.office@acme.liaison.test");
    assert_eq!(made["description"], "Sales department");
    assert_eq!(made["assignee_ids"], json!([ivan.id(), boris.me.id()]));
    let plain = anna.post(PATH, named("info")).await.expect(201).json();
    assert_eq!(plain["assignee_ids"], json!([]));
    let listed = anna.get(PATH).await.expect(200).json();
    assert_eq!(listed, json!({"items": [plain, made], "next_cursor": null}));
    let first = anna.get(format!("{PATH}?limit=1")).await.expect(200).json();
    assert_eq!(first.items(), [plain]);
    let second = anna.get(format!("{PATH}?limit=1&cursor={}", first["next_cursor"].text())).await.expect(200);
    assert_eq!(second.json().items(), [made]);
}

/// ADR-3: logins and virtual addresses are one namespace, each account's own.
async fn names_are_taken_once_in_an_account(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    anna.post(PATH, named("sales")).await.expect(201);
    other.post(PATH, named("sales")).await.expect(201);
    for taken in ["sales", "SALES", "anna"] {
        let answer = anna.post(PATH, named(taken)).await.expect(409);
        answer.problem_at("local_part_taken", &[("/local_part", "taken")]);
    }
    hire(&anna, "sales").await.expect(409).problem_at("login_taken", &[("/login", "taken")]);
    let boris = anna.employee("boris").await;
    let path = format!("/v1/employees/{}", boris.me.id());
    let answer = anna.patch(path, json!({"login": "sales"})).await.expect(409);
    answer.problem_at("login_taken", &[("/login", "taken")]);
}

/// ADR-3
async fn the_systems_own_names_are_nobodys(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for reserved in
        ["task", "task.7", "tasks", "project", "projects", "reply", "bounce-1", "postmaster", "mailer-daemon"]
    {
        let answer = anna.post(PATH, named(reserved)).await.expect(422);
        answer.problem_at("validation_failed", &[("/local_part", "reserved")]);
        let answer = hire(&anna, reserved).await.expect(422);
        answer.problem_at("validation_failed", &[("/login", "reserved")]);
    }
    for bent in ["task+1", "a b", "a@b", "продажи"] {
        let answer = anna.post(PATH, named(bent)).await.expect(422);
        answer.problem_at("validation_failed", &[("/local_part", "invalid")]);
    }
}

/// ADR-3: and he who comes back needs another login.
async fn the_login_of_one_who_left_goes_on_as_a_virtual_address(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let path = format!("/v1/employees/{}", boris.me.id());
    anna.post(PATH, named("boris")).await.expect(409).problem("local_part_taken");
    anna.patch(&path, json!({"status": "inactive"})).await.expect(200);
    anna.post(PATH, named("boris")).await.expect(201);
    let answer = anna.patch(&path, json!({"status": "active"})).await.expect(409);
    answer.problem_at("login_taken", &[("/status", "taken")]);
    anna.patch(path, json!({"status": "active", "login": "boris2"})).await.expect(200);
}

/// CONF-1, S6
async fn only_people_who_may_take_part_get_its_tasks(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let shy = anna.post("/v1/contacts", json!({"name": "Shy"})).await.expect(201).json();
    for (id, status, code, field) in [
        (shy.id(), 422, "contact_not_selectable", "not_selectable"),
        (other.me.id(), 404, "not_found", "unknown_id"),
    ] {
        let mut body = named("sales");
        body["assignee_ids"] = json!([anna.me.id(), id]);
        anna.post(PATH, body).await.expect(status).problem_at(code, &[("/assignee_ids/1", field)]);
    }
}

async fn a_deleted_address_frees_its_name(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let mut body = named("sales");
    body["assignee_ids"] = json!([anna.me.id()]);
    let made = anna.post(PATH, body).await.expect(201).json();
    let path = format!("{PATH}/{}", made.id());
    anna.delete(&path).await.expect(204);
    anna.delete(path).await.expect(404).problem("not_found");
    hire(&anna, "sales").await.expect(201);
}

/// ADR-2
async fn virtual_addresses_are_for_administrators(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = anna.post(PATH, named("sales")).await.expect(201).json();
    let boris = anna.employee("boris").await;
    boris.get(PATH).await.expect(403).problem("forbidden");
    boris.post(PATH, named("info")).await.expect(403).problem("forbidden");
    boris.delete(format!("{PATH}/{}", made.id())).await.expect(403).problem("forbidden");
    anna.admin("admin").await.get(PATH).await.expect(200);
}
