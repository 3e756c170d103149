//! `GET /v1/mailboxes`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{company, own};

both_engines!(everybody_sees_the_companys_and_his_own_mailboxes);

/// OUT-6: an author chooses among them.
async fn everybody_sees_the_companys_and_his_own_mailboxes(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, olga) = (anna.employee("boris").await, anna.employee("olga").await);
    let shared = anna.post("/v1/mailboxes", company()).await.expect(201).json();
    boris.post("/v1/mailboxes", own("boris@mail.example")).await.expect(201);
    assert_eq!(addresses(&boris).await, ["boris@mail.example", "support@acme.example"]);
    assert_eq!(addresses(&olga).await, ["support@acme.example"]);
    assert!(addresses(&app.sign_up("globex").await).await.is_empty());

    // How it is reached is the administrators' affair.
    let seen = olga.get(format!("/v1/mailboxes/{}", shared.id())).await.expect(200).json();
    assert_eq!((&seen["smtp"], &seen["imap"], &seen["health"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(seen["address"], json!("support@acme.example"));
    let path = format!("/v1/mailboxes/{}", shared.id());
    olga.patch(&path, json!({"is_default": true})).await.expect(403).problem("forbidden");
    olga.delete(&path).await.expect(403).problem("forbidden");
}

async fn addresses(client: &Client) -> Vec<String> {
    let listed = client.get("/v1/mailboxes").await.expect(200).json();
    listed.items().iter().map(|it| it["address"].text().to_owned()).collect()
}
