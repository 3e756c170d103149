//! Warnings of who might be the same: `POST /v1/contacts:check`, and in the answers to what writes a contact.

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    who_might_be_the_same_is_told_by_name,
    a_phone_number_is_the_same_however_it_is_written,
    writing_a_contact_tells_who_might_be_the_same,
    nobody_of_another_account_is_told_of,
);

async fn named(by: &Client, name: &str) -> Value {
    by.post("/v1/contacts", json!({"name": name})).await.expect(201).json()
}

/// `code name` of each contact that is warned of.
async fn check(by: &Client, typed: Value) -> Vec<String> {
    let checked = by.post("/v1/contacts:check", typed).await.expect(200).json();
    let mut found = Vec::new();
    for warning in checked["warnings"].as_array().unwrap() {
        let path = format!("/v1/contacts/{}", warning["person_id"].text());
        let known = by.get(path).await.expect(200).json();
        found.push(format!("{} {}", warning["code"].text(), known["name"].text()));
    }
    found
}

/// DUP-4: the worked cases.
async fn who_might_be_the_same_is_told_by_name(app: TestApp) {
    let anna = app.sign_up("acme").await;
    named(&anna, "Максим Иванов").await;
    let body = json!({"first_name": "Наталья", "last_name": "Петрова"});
    assert_eq!(anna.post("/v1/contacts", body).await.expect(201).json()["name"], "Наталья Петрова");
    let none: [&str; 0] = [];
    assert_eq!(check(&anna, json!({"first_name": "Макс"})).await, ["similar_name Максим Иванов"]);
    assert_eq!(check(&anna, json!({"name": "макс иванов"})).await, ["similar_name Максим Иванов"]);
    assert_eq!(check(&anna, json!({"last_name": "Петров"})).await, none);
    assert_eq!(check(&anna, json!({"first_name": "Татьяна", "last_name": "Петрова"})).await, none);
    let full = json!({"first_name": "Наталья", "middle_name": "Сергеевна", "last_name": "Петрова"});
    assert_eq!(check(&anna, full).await, ["similar_name Наталья Петрова"]);
    assert_eq!(check(&anna, json!({})).await, none);
}

/// DUP-4
async fn a_phone_number_is_the_same_however_it_is_written(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"name": "Ivan", "phones": [{"number": "+7 (495) 123-45-67", "kind": "mobile"}]});
    anna.post("/v1/contacts", body).await.expect(201);
    let typed = json!({"phones": [{"number": "84951234567"}]});
    assert_eq!(check(&anna, typed).await, ["same_phone Ivan"]);
    assert!(check(&anna, json!({"phones": [{"number": "84951234568"}]})).await.is_empty());
}

/// DUP-4: nothing is refused, and a change warns of what it changes only.
async fn writing_a_contact_tells_who_might_be_the_same(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = named(&anna, "Ivan Client").await;
    assert_eq!(ivan["warnings"], json!([]));
    let twin = named(&anna, "Iva Client").await;
    assert_eq!(twin["warnings"][0]["code"], "similar_name");
    assert_eq!(twin["warnings"][0]["person_id"], ivan["id"]);
    let path = format!("/v1/contacts/{}", twin.id());
    let changed = anna.patch(&path, json!({"position": "Buyer"})).await.expect(200).json();
    assert_eq!(changed["warnings"], json!([]));
    let changed = anna.patch(&path, json!({"name": "Ivan Client"})).await.expect(200).json();
    assert_eq!(changed["warnings"][0]["person_id"], ivan["id"]);
    assert_eq!(anna.get(&path).await.expect(200).json()["warnings"], json!([]));
}

/// S6
async fn nobody_of_another_account_is_told_of(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let body = json!({"name": "Ivan", "phones": [{"number": "+7 (495) 123-45-67"}]});
    other.post("/v1/contacts", body.clone()).await.expect(201);
    assert!(check(&anna, body).await.is_empty());
}
