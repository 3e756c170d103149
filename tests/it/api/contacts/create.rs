//! `POST /v1/contacts`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

both_engines!(
    a_contact_is_shown_as_it_was_made,
    a_name_is_all_a_contact_needs,
    a_name_is_made_of_its_parts_where_none_is_given,
    every_address_belongs_to_one_person,
    everything_wrong_is_told_at_once,
    a_company_is_a_contact_of_the_same_account,
);

async fn a_contact_is_shown_as_it_was_made(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let company = anna.post("/v1/contacts", json!({"name": "Client Ltd", "is_company": true})).await;
    let company = company.expect(201).json();
    let group = anna.post("/v1/contact-groups", json!({"name": "Partners"})).await.expect(201).json();
    let body = json!({
        "name": "Иван  Клиент",
        "email": "Ivan@Client.example",
        "additional_emails": ["ivan@home.example", "i.klient@home.example"],
        "first_name": "Иван",
        "middle_name": "Петрович",
        "last_name": "Клиент",
        "phones": [{"number": "+7 (495) 123-45-67", "kind": "mobile"}, {"number": "ext. 12", "kind": "other"}],
        "language": "ru",
        "time_zone": "Europe/Moscow",
        "company_ids": [company["id"]],
        "group_id": group["id"],
        "position": "Head of buying",
        "description": "Calls on Mondays.\nNever on Fridays.",
        "address": "Москва, Тверская, 1",
        "selectable_as_counterparty": false,
        "portal_access": false,
        "spam": true,
        "selectable_as_participant": true,
    });
    let answer = anna.post("/v1/contacts", body.clone()).await.expect(201);
    let made = answer.json();
    assert_eq!(answer.header("location"), Some(format!("/v1/contacts/{}", made.id()).as_str()));
    assert_eq!((made["name"].text(), made["email"].text()), ("Иван Клиент", "Ivan@client.example"));
    for (field, value) in
        body.as_object().unwrap().iter().filter(|(field, _)| !["name", "email"].contains(&field.as_str()))
    {
        assert_eq!(&made[field], value, "{field}");
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
            "first_name": null,
            "middle_name": null,
            "last_name": null,
            "is_company": false,
            "email": null,
            "additional_emails": [],
            "phones": [],
            "language": null,
            "time_zone": null,
            "company_ids": [],
            "group_id": null,
            "position": null,
            "description": null,
            "address": null,
            "selectable_as_participant": false,
            "selectable_as_counterparty": true,
            "spam": false,
            "portal_access": true,
            "sees_company_tasks": false,
            "responsible_ids": [],
            "linked_account": null,
            "warnings": [],
            "created_at": "2030-01-01T00:00:00Z",
        })
    );
}

/// CON-2
async fn a_name_is_made_of_its_parts_where_none_is_given(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"first_name": "Наталья", "middle_name": "Сергеевна", "last_name": "Петрова"});
    let made = anna.post("/v1/contacts", body).await.expect(201).json();
    assert_eq!(made["name"], "Наталья Сергеевна Петрова");
    let path = format!("/v1/contacts/{}", made.id());
    let married = anna.patch(&path, json!({"last_name": "Иванова"})).await.expect(200).json();
    assert_eq!(married["name"], "Наталья Сергеевна Иванова");
    anna.patch(&path, json!({"name": "Наташа"})).await.expect(200);
    let changed = anna.patch(&path, json!({"middle_name": null})).await.expect(200).json();
    assert_eq!((&changed["name"], &changed["middle_name"]), (&json!("Наташа"), &json!(null)));
    // She is found by each name.
    let found =
        anna.get("/v1/contacts?q=%D0%B8%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0").await.expect(200).json();
    assert_eq!(found.items()[0]["id"], made["id"]);
    let answer = anna.post("/v1/contacts", json!({"email": "a@client.example"})).await.expect(422);
    answer.problem_at("validation_failed", &[("/name", "required")]);
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
        "phones": [{"number": ""}, {"number": "1", "kind": "pager"}], "language": "de", "time_zone": "Moscow",
        "first_name": "\u{0}"});
    let answer = anna.post("/v1/contacts", body).await.expect(422);
    let fields = [
        ("/first_name", "invalid"),
        ("/name", "empty"),
        ("/email", "invalid"),
        ("/additional_emails/1", "invalid"),
        ("/phones/0/number", "empty"),
        ("/phones/1/kind", "invalid"),
        ("/language", "invalid"),
        ("/time_zone", "invalid"),
    ];
    answer.problem_at("validation_failed", &fields);
}

async fn a_company_is_a_contact_of_the_same_account(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"name": "Ivan", "company_ids": [anna.me["id"]]});
    let answer = anna.post("/v1/contacts", body).await.expect(404);
    answer.problem_at("not_found", &[("/company_ids/0", "unknown_id")]);
    let ivan = anna.contact("ivan").await;
    let own = json!({"company_ids": [ivan["id"]]});
    let answer = anna.patch(format!("/v1/contacts/{}", ivan.id()), own).await.expect(422);
    answer.problem_at("validation_failed", &[("/company_ids/0", "invalid")]);
}
