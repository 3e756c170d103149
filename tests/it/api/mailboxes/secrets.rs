//! What becomes of passwords (S18, S19).

use liaison_api::{service::mailbox::secret, startup};
use liaison_persistence::testing::inspect::list_sealed_passwords;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{CANARY, company, connection};

both_engines!(
    a_password_is_never_seen_again,
    passwords_are_sealed_anew_with_a_new_key,
    a_deleted_mailbox_leaves_no_password,
);

/// S18
async fn a_password_is_never_seen_again(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let mut body = company();
    body["imap"] = connection(993);
    body["deliver_to"] = json!("anna@acme.liaison.test");
    let post = || anna.post("/v1/mailboxes", body.clone()).header("Idempotency-Key", "once");
    let made = post().await.expect(201);
    let path = format!("/v1/mailboxes/{}", made.json().id());
    let change = json!({"smtp": {"password": CANARY, "port": 0}});
    let answers = [
        post().await,
        anna.get(&path).await,
        anna.get("/v1/mailboxes").await,
        anna.patch(&path, json!({"smtp": {"password": CANARY}})).await,
        anna.patch(&path, change).await,
        anna.post("/v1/mailboxes", json!({"owner": CANARY, "smtp": {"password": CANARY}})).await,
        made,
    ];
    for answer in answers {
        assert!(!answer.to_string().contains(CANARY), "{answer}");
    }
    let parts = app.parts();
    for sealed in list_sealed_passwords(&parts.database).await.unwrap() {
        assert!(sealed.len() > CANARY.len() && !contains(&sealed));
    }
    assert!(!format!("{:?}", parts.keys).contains(CANARY));
    // The folder holds all of an SQLite database.
    for entry in std::fs::read_dir(app.folder()).unwrap().map(Result::unwrap) {
        let bytes = if entry.path().is_file() { std::fs::read(entry.path()).unwrap() } else { Vec::new() };
        assert!(!contains(&bytes), "{}", entry.path().display());
    }
}

/// S18: rotation
async fn passwords_are_sealed_anew_with_a_new_key(app: TestApp) {
    let anna = app.sign_up("acme").await;
    anna.post("/v1/mailboxes", company()).await.expect(201);
    let old_key = app.parts().config.secrets.key.clone();
    let old = list_sealed_passwords(&app.parts().database).await.unwrap();
    let with = async |previous: &[&str]| {
        let previous: Vec<String> = previous.iter().map(ToString::to_string).collect();
        app.restart(|config| {
            config.secrets.key = "another sealing key of this test app".into();
            config.secrets.previous_keys = previous;
        })
        .await
    };
    // S19
    let forgotten = with(&[]).await;
    assert!(
        startup::require_keys(forgotten.parts()).await.is_err(),
        "it goes on without a key that it needs"
    );

    let both = with(&[&old_key]).await;
    startup::require_keys(both.parts()).await.unwrap();
    assert_eq!(secret::rotate(both.parts()).await.unwrap(), 1);
    assert_eq!(secret::rotate(both.parts()).await.unwrap(), 0);
    assert_ne!(list_sealed_passwords(&app.parts().database).await.unwrap(), old);
    startup::require_keys(with(&[]).await.parts()).await.unwrap();
}

async fn a_deleted_mailbox_leaves_no_password(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = anna.post("/v1/mailboxes", company()).await.expect(201).json();
    anna.delete(format!("/v1/mailboxes/{}", made.id())).await.expect(204);
    assert!(list_sealed_passwords(&app.parts().database).await.unwrap().is_empty());
}

fn contains(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|it| it == CANARY.as_bytes())
}
