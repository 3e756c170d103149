//! `DELETE /v1/contacts/{id}`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

both_engines!(a_deleted_contact_is_gone_and_his_address_is_free);

async fn a_deleted_contact_is_gone_and_his_address_is_free(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let path = format!("/v1/contacts/{}", ivan.id());
    anna.delete(&path).header("If-Match", "\"7\"").await.expect(412).problem("stale_version");
    anna.delete(&path).header("If-Match", "\"1\"").await.expect(204);
    anna.delete(&path).await.expect(404).problem("not_found");
    anna.get(&path).await.expect(404).problem("not_found");
    anna.patch(&path, json!({"name": "Ivan"})).await.expect(404).problem("not_found");
    assert!(anna.get("/v1/contacts").await.expect(200).json().items().is_empty());
    assert_ne!(anna.contact("ivan").await["id"], ivan["id"]);
}
