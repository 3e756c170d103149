//! `PATCH /v1/contacts/{id}`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

both_engines!(
    an_absent_field_stays_and_null_clears,
    a_list_is_replaced_whole,
    a_contact_keeps_his_own_addresses,
    an_address_that_was_given_up_is_free,
);

async fn an_absent_field_stays_and_null_clears(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"name": "Ivan", "email": "ivan@client.example", "language": "ru", "position": "Buyer", "description": "x", "address": "y",
        "time_zone": "UTC", "phones": [{"number": "1"}]});
    let made = anna.post("/v1/contacts", body).await.expect(201).json();
    let path = format!("/v1/contacts/{}", made.id());
    let mut expected = made.clone();
    expected["name"] = json!("Ivan Client");
    assert_eq!(anna.patch(&path, json!({"name": "Ivan Client"})).await.expect(200).json(), expected);
    let nothing = json!({"language": null, "email": null, "position": null, "description": null, "address": null,
        "time_zone": null, "group_id": null});
    for field in nothing.as_object().unwrap().keys() {
        expected[field] = json!(null);
    }
    let cleared = anna.patch(&path, nothing).await.expect(200).json();
    assert_eq!(cleared, expected);
    let call = anna.call(actix_web::http::Method::PATCH, &path);
    let merged = call.body("application/merge-patch+json", r#"{"phones": []}"#).await.expect(200).json();
    assert_eq!(merged["phones"], json!([]));
}

async fn a_list_is_replaced_whole(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body =
        json!({"name": "Ivan", "email": "a@x.example", "additional_emails": ["b@x.example", "c@x.example"]});
    let made = anna.post("/v1/contacts", body).await.expect(201).json();
    let path = format!("/v1/contacts/{}", made.id());
    let changed = anna.patch(&path, json!({"additional_emails": ["c@x.example"]})).await.expect(200).json();
    assert_eq!(
        (&changed["email"], &changed["additional_emails"]),
        (&json!("a@x.example"), &json!(["c@x.example"]))
    );
    // With no main address left, the first further one takes its place.
    let changed = anna.patch(&path, json!({"email": null})).await.expect(200).json();
    assert_eq!((&changed["email"], &changed["additional_emails"]), (&json!("c@x.example"), &json!([])));
}

/// DUP-1
async fn a_contact_keeps_his_own_addresses(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, _) = (anna.contact("ivan").await, anna.contact("petr").await);
    let path = format!("/v1/contacts/{}", ivan.id());
    let body = json!({"email": "IVAN@client.example"});
    assert_eq!(anna.patch(&path, body.clone()).await.expect(200).json()["email"], body["email"]);
    let answer = anna.patch(&path, json!({"email": "petr@client.example"})).await.expect(409);
    answer.problem_at("email_taken", &[("/email", "taken")]);
}

async fn an_address_that_was_given_up_is_free(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, petr) = (anna.contact("ivan").await, anna.contact("petr").await);
    anna.patch(format!("/v1/contacts/{}", ivan.id()), json!({"email": "new@client.example"}))
        .await
        .expect(200);
    let body = json!({"email": "ivan@client.example"});
    anna.patch(format!("/v1/contacts/{}", petr.id()), body).await.expect(200);
}
