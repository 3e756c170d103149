//! `POST /v1/contacts`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

both_engines!(a_contact_is_shown_as_it_was_made);

async fn a_contact_is_shown_as_it_was_made(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = anna.post("/v1/contacts", json!({"name": "Ivan"})).await.expect(201).json();
    let shown = anna.get(format!("/v1/contacts/{}", made.id())).await.expect(200).json();
    assert_eq!(shown, made);
}
