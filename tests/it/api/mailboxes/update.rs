//! `PATCH` and `DELETE /v1/mailboxes/{id}`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{CANARY, company, connection};

both_engines!(
    what_is_not_named_stays,
    who_changes_the_server_gives_the_password_anew,
    fetching_begins_and_ends_with_imap,
    a_deleted_mailbox_is_gone,
);

async fn what_is_not_named_stays(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = anna.post("/v1/mailboxes", company()).await.expect(201).json();
    let path = format!("/v1/mailboxes/{}", made.id());
    let changed =
        anna.patch(&path, json!({"is_default": true})).header("If-Match", "\"1\"").await.expect(200);
    let mut expected = made;
    expected["is_default"] = json!(true);
    assert_eq!(changed.json(), expected);
    anna.patch(&path, json!({"is_default": true})).header("If-Match", "\"1\"").await.expect(412);
    anna.patch(&path, json!({"owner": "employee"})).await.problem_names("/owner", "unknown_field");
}

/// S18: else whoever may change the mailbox could have the password sent to a server of his.
async fn who_changes_the_server_gives_the_password_anew(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = anna.post("/v1/mailboxes", company()).await.expect(201).json();
    let path = format!("/v1/mailboxes/{}", made.id());
    for change in [
        json!({"host": "evil.example"}),
        json!({"port": 587}),
        json!({"security": "none"}),
        json!({"username": "other"}),
    ] {
        let refused = anna.patch(&path, json!({"smtp": change})).await.expect(422);
        refused.problem_at("validation_failed", &[("/smtp/password", "required")]);
    }
    let change = json!({"host": "smtp.example", "password": CANARY});
    let changed = anna.patch(&path, json!({"smtp": change})).await.expect(200).json();
    assert_eq!((&changed["smtp"]["host"], &changed["smtp"]["port"]), (&json!("smtp.example"), &json!(465)));
    anna.patch(&path, json!({"smtp": {"password": "another"}})).await.expect(200);
}

async fn fetching_begins_and_ends_with_imap(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = anna.post("/v1/mailboxes", company()).await.expect(201).json();
    let path = format!("/v1/mailboxes/{}", made.id());
    let missing = anna.patch(&path, json!({"imap": {"host": "mail.example"}})).await.expect(422);
    for field in ["port", "security", "username", "password"] {
        missing.problem_names(&format!("/imap/{field}"), "required");
    }
    let whole = json!({"imap": connection(993), "deliver_to": "anna@acme.liaison.test"});
    let fetching = anna.patch(&path, whole).await.expect(200).json();
    assert_eq!(fetching["imap"]["port"], 993);
    let stopped = anna.patch(&path, json!({"imap": null})).await.expect(200).json();
    assert_eq!((&stopped["imap"], &stopped["health"]["imap"]), (&json!(null), &json!(null)));
}

async fn a_deleted_mailbox_is_gone(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = anna.post("/v1/mailboxes", company()).await.expect(201).json();
    let path = format!("/v1/mailboxes/{}", made.id());
    anna.delete(&path).header("If-Match", "\"7\"").await.expect(412).problem("stale_version");
    anna.delete(&path).await.expect(204);
    anna.get(&path).await.expect(404);
    anna.delete(&path).await.expect(404);
    assert!(anna.get("/v1/mailboxes").await.expect(200).json().items().is_empty());
}
