//! `/v1/signatures/{level}`

use serde_json::{Value, json};
use support::{TestApp, both_engines};

both_engines!(
    a_signature_is_cleaned_and_can_be_taken_away,
    everybody_sets_his_own_and_administrators_the_accounts,
    a_signature_has_at_most_64_kb,
    another_level_is_not_there,
);

const OWN: &str = "/v1/signatures/employee";
const ACCOUNTS: &str = "/v1/signatures/account";

/// SIG-4, S10: an image comes from the web, and nothing runs.
async fn a_signature_is_cleaned_and_can_be_taken_away(app: TestApp) {
    let anna = app.sign_up("acme").await;
    assert_eq!(anna.get(OWN).await.expect(200).json(), json!({"html": null}));
    let image = r#"<img src="https://acme.example/logo.png" alt="ACME">"#;
    let html = format!(r#"<p onclick="x()">Anna<script>x()</script></p>{image}"#);
    let set = anna.put(OWN, json!({"html": html})).await.expect(200).json();
    assert_eq!(set, json!({"html": format!("<p>Anna</p>{image}")}));
    assert_eq!(anna.get(OWN).await.expect(200).json(), set);
    for nothing in [json!({"html": "<script>x()</script>"}), json!({"html": null})] {
        anna.put(OWN, json!({"html": "Anna"})).await.expect(200);
        assert_eq!(anna.put(OWN, nothing).await.expect(200).json()["html"], Value::Null);
    }
}

/// SIG-1
async fn everybody_sets_his_own_and_administrators_the_accounts(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, other) = (anna.employee("boris").await, app.sign_up("globex").await);
    boris.put(ACCOUNTS, json!({"html": "Boris"})).await.expect(403).problem("forbidden");
    anna.put(ACCOUNTS, json!({"html": "ACME"})).await.expect(200);
    boris.put(OWN, json!({"html": "Boris"})).await.expect(200);
    let shown = async |client: &support::Client, path: &str| {
        client.get(path).await.expect(200).json()["html"].clone()
    };
    assert_eq!((shown(&boris, ACCOUNTS).await, shown(&boris, OWN).await), (json!("ACME"), json!("Boris")));
    assert_eq!((shown(&anna, OWN).await, shown(&other, ACCOUNTS).await), (Value::Null, Value::Null));
}

/// SIG-4
async fn a_signature_has_at_most_64_kb(app: TestApp) {
    let anna = app.sign_up("acme").await;
    anna.put(OWN, json!({"html": "x".repeat(65_536)})).await.expect(200);
    let refused = anna.put(OWN, json!({"html": "x".repeat(65_537)})).await.expect(422);
    refused.problem_at("validation_failed", &[("/html", "too_long")]);
}

async fn another_level_is_not_there(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for level in ["mailbox", "Account", "%00"] {
        anna.get(format!("/v1/signatures/{level}")).await.expect(404).problem("not_found");
        anna.put(format!("/v1/signatures/{level}"), json!({})).await.expect(404).problem("not_found");
    }
}
