//! `GET /v1/contacts/duplicates`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(who_may_be_written_down_twice_is_listed_with_the_first, pages_of_duplicates_go_on);

async fn add(by: &Client, card: Value) -> Value {
    by.post("/v1/contacts", card).await.expect(201).json()
}

/// `name: reason first` of each match in the list.
async fn list(by: &Client) -> Vec<String> {
    let page = by.get("/v1/contacts/duplicates").await.expect(200).json();
    let mut found = Vec::new();
    for item in page.items() {
        for it in item["matches"].as_array().unwrap() {
            let (reason, first) = (it["reason"].text(), it["first"]["name"].text());
            found.push(format!("{}: {reason} {first}", item["contact"]["name"].text()));
        }
    }
    found
}

/// DUP-3, DUP-4
async fn who_may_be_written_down_twice_is_listed_with_the_first(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let ivan = add(&anna, json!({"name": "Ivan", "phones": [{"number": "+7 (495) 123-45-67"}]})).await;
    let petr =
        add(&anna, json!({"name": "Petr", "phones": [{"number": "84951234567"}, {"number": "1"}]})).await;
    add(&anna, json!({"first_name": "Иван", "last_name": "Клиент"})).await;
    let twin = add(&anna, json!({"name": "ИВАН КЛИЕНТ", "phones": [{"number": "1"}]})).await;
    add(&anna, json!({"name": "anna"})).await;
    add(&other, json!({"name": "Ivan", "phones": [{"number": "84951234567"}]})).await;
    assert_eq!(
        list(&anna).await,
        ["anna: same_name Anna", "ИВАН КЛИЕНТ: same_name Иван Клиент", "Petr: same_phone Ivan"]
    );
    let body = json!({"into": ivan["id"], "from": [petr["id"]]});
    anna.post("/v1/contacts:merge", body).await.expect(200);
    anna.delete(format!("/v1/contacts/{}", twin.id())).await.expect(204);
    assert_eq!(list(&anna).await, ["anna: same_name Anna"]);
    assert!(list(&other).await.is_empty());
}

async fn pages_of_duplicates_go_on(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for name in ["Ivan", "Petr", "Ivan", "Olga", "Petr", "Ivan"] {
        add(&anna, json!({"name": name})).await;
    }
    let (mut found, mut path) = (Vec::new(), "/v1/contacts/duplicates?limit=1".to_owned());
    loop {
        let page = anna.get(&path).await.expect(200).json();
        assert!(page.items().len() <= 1);
        found.extend(page.items().iter().map(|it| it["contact"]["name"].text().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/contacts/duplicates?limit=1&cursor={cursor}");
    }
    assert_eq!(found, ["Ivan", "Petr", "Ivan"]);
}
