//! `GET /v1/contacts`

use serde_json::json;
use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    a_contact_is_found_by_a_part_of_his_name_in_any_case_and_script,
    a_contact_is_found_by_each_of_his_addresses,
    contacts_are_narrowed_by_company_and_kind,
    nobody_sees_contacts_of_another_account,
);

async fn names(client: &Client, query: &str) -> Vec<String> {
    let listed = client.get(format!("/v1/contacts?{query}")).await.expect(200).json();
    listed.items().iter().map(|it| it["name"].text().to_owned()).collect()
}

/// The signs of LIKE mean themselves.
async fn a_contact_is_found_by_a_part_of_his_name_in_any_case_and_script(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for name in ["Ёлкин Пётр", "Straße 100%", "a_b\\c", "Ivan"] {
        anna.post("/v1/contacts", json!({"name": name})).await.expect(201);
    }
    for (query, found) in [
        ("%D1%91%D0%9B%D0%9A", "Ёлкин Пётр"),
        ("stra%C3%9Fe", "Straße 100%"),
        ("0%25", "Straße 100%"),
        ("_B", "a_b\\c"),
        ("B%5C", "a_b\\c"),
        ("IVAN", "Ivan"),
    ] {
        assert_eq!(names(&anna, &format!("q={query}")).await, [found], "{query}");
    }
    assert_eq!(names(&anna, "q=").await.len(), 4);
    assert!(names(&anna, "q=nobody").await.is_empty());
}

async fn a_contact_is_found_by_each_of_his_addresses(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body =
        json!({"name": "Ivan", "email": "ivan@client.example", "additional_emails": ["i@home.example"]});
    anna.post("/v1/contacts", body).await.expect(201);
    anna.contact("petr").await;
    for address in ["IVAN@client.example", "i@HOME.example"] {
        assert_eq!(names(&anna, &format!("email={address}")).await, ["Ivan"], "{address}");
    }
    assert!(names(&anna, "email=van@client.example").await.is_empty());
    let answer = anna.get("/v1/contacts?email=ivan").await.expect(422);
    answer.problem_at("validation_failed", &[("?email", "invalid")]);
}

/// CON-1
async fn contacts_are_narrowed_by_company_and_kind(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let firm =
        anna.post("/v1/contacts", json!({"name": "Firm", "is_company": true})).await.expect(201).json();
    anna.post("/v1/contacts", json!({"name": "Ivan", "company_ids": [firm["id"]]})).await.expect(201);
    anna.post("/v1/contacts", json!({"name": "Petr"})).await.expect(201);
    assert_eq!(names(&anna, &format!("company={}", firm.id())).await, ["Ivan"]);
    assert_eq!(names(&anna, "is_company=true").await, ["Firm"]);
    assert_eq!(names(&anna, "is_company=false").await, ["Petr", "Ivan"]);
    assert_eq!(names(&anna, &format!("is_company=false&q=i&company={}", firm.id())).await, ["Ivan"]);
    for (query, pointer) in
        [("company=x", "?company"), ("group=x", "?group"), ("is_company=x", "?is_company")]
    {
        let answer = anna.get(format!("/v1/contacts?{query}")).await.expect(422);
        answer.problem_at("validation_failed", &[(pointer, "invalid")]);
    }
}

/// S6
async fn nobody_sees_contacts_of_another_account(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let ivan = anna.contact("ivan").await;
    assert!(names(&other, "").await.is_empty());
    assert!(names(&other, "email=ivan@client.example").await.is_empty());
    let path = format!("/v1/contacts/{}", ivan.id());
    other.get(&path).await.expect(404).problem("not_found");
    other.patch(&path, json!({"name": "Mine"})).await.expect(404).problem("not_found");
    other.delete(&path).await.expect(404).problem("not_found");
    assert_eq!(anna.get(&path).await.expect(200).json(), ivan);
}
