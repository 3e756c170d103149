//! `POST /v1/contacts`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

both_engines!(
    a_contact_is_shown_as_it_was_made,
    a_name_is_all_a_contact_needs,
    every_address_belongs_to_one_person,
    everything_wrong_is_told_at_once,
    a_company_is_a_contact_of_the_same_account,
);

async fn a_contact_is_shown_as_it_was_made(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let company = anna.post("/v1/contacts", json!({"name": "Client Ltd", "is_company": true})).await;
    let company = company.expect(201).json();
    let body = json!({
        "name": "Иван  Клиент",
        "email": "Ivan@Client.example",
        "additional_emails": ["ivan@home.example", "i.klient@home.example"],
        "phones": ["+7 (495) 123-45-67", "ext. 12"],
        "language": "ru",
        "company_ids": [company["id"]],
        "selectable_as_participant": true,
    });
    let answer = anna.post("/v1/contacts", body.clone()).await.expect(201);
    let made = answer.json();
    assert_eq!(answer.header("location"), Some(format!("/v1/contacts/{}", made.id()).as_str()));
    assert_eq!(made["name"], "Иван Клиент");
    for field in ["additional_emails", "phones", "language", "company_ids", "selectable_as_participant"] {
        assert_eq!(made[field], body[field], "{field}");
    }
    let shown = anna.get(format!("/v1/contacts/{}", made.id())).await.expect(200).json();
    assert_eq!(shown, made);
}

/// CONF-1: nobody is addressed by accident.
async fn a_name_is_all_a_contact_needs(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = anna.post("/v1/contacts", json!({"name": "Ivan"})).await.expect(201).json();
    assert_eq!(
        made,
        json!({
            "id": made["id"],
            "kind": "contact",
            "name": "Ivan",
            "is_company": false,
            "email": null,
            "additional_emails": [],
            "phones": [],
            "language": null,
            "company_ids": [],
            "selectable_as_participant": false,
            "spam": false,
            "portal_access": true,
            "linked_account": null,
            "created_at": "2030-01-01T00:00:00Z",
        })
    );
}

/// DUP-1, DUP-2
async fn every_address_belongs_to_one_person(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    anna.contact("ivan").await;
    let body = json!({"name": "Twin", "email": "twin@client.example",
        "additional_emails": ["IVAN@client.example", "TWIN@client.example", "free@client.example"]});
    let answer = anna.post("/v1/contacts", body).await.expect(409);
    answer.problem_at("email_taken", &[("/additional_emails/0", "taken"), ("/additional_emails/1", "taken")]);
    let listed = anna.get("/v1/contacts").await.expect(200).json();
    assert_eq!(listed.items().len(), 1, "nothing of what was refused stays");
    other.contact("ivan").await;
}

async fn everything_wrong_is_told_at_once(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"name": " ", "email": "ivan", "additional_emails": ["a@b.example", "@"],
        "phones": [""], "language": "de"});
    let answer = anna.post("/v1/contacts", body).await.expect(422);
    let fields = [
        ("/name", "empty"),
        ("/email", "invalid"),
        ("/additional_emails/1", "invalid"),
        ("/phones/0", "empty"),
        ("/language", "invalid"),
    ];
    answer.problem_at("validation_failed", &fields);
}

async fn a_company_is_a_contact_of_the_same_account(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"name": "Ivan", "company_ids": [anna.me["id"]]});
    let answer = anna.post("/v1/contacts", body).await.expect(404);
    answer.problem_at("not_found", &[("/company_ids/0", "unknown_id")]);
}
