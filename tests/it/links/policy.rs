//! Who may be linked: both accounts decide, and the employee where his asks him.

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{Pair, assign, card, comment, link, only_task, tasks, texts};

both_engines!(
    an_account_lets_links_out_to_the_listed_alone,
    what_is_addressed_while_consent_is_awaited_crosses_with_it,
    what_is_refused_never_crosses,
    an_account_that_refuses_sounds_like_one_that_is_not_there,
    a_trusted_account_needs_no_consent,
    only_administrators_see_and_change_the_settings,
);

async fn settings(of: &Client, change: Value) {
    of.patch("/v1/settings/account-links", change).await.expect(200);
}

/// The one request that somebody has.
async fn request(of: &Client) -> Value {
    let listed = of.get("/v1/me/linked-accounts").await.expect(200).json();
    assert_eq!(listed.items().len(), 1, "{listed}");
    listed.items()[0].clone()
}

async fn answer(by: &Client, request: &Value, answer: &str) -> Value {
    by.post(format!("/v1/me/linked-accounts/{}:{answer}", request.id()), json!({})).await.expect(200).json()
}

/// LINKR-1, LINKR-2, LINKR-3, LINKR-4, LINKR-5
async fn an_account_lets_links_out_to_the_listed_alone(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    globex.employee("boris").await;
    settings(&acme, json!({"outgoing": "listed"})).await;
    let refused = acme.post("/v1/contacts", card("Boris", "boris@globex")).await.expect(403);
    refused.problem("link_forbidden_by_policy");
    // What is there stays.
    assign(&acme, "Repair the gate", &contact).await;
    app.work().await;
    assert_eq!(tasks(&globex).await.len(), 1);
    settings(&acme, json!({"outgoing_accounts": ["globex"]})).await;
    link(&acme, "Boris", "boris@globex").await;
    app.work().await;
}

/// LINKA-6, S23: asked for, told of, and given.
async fn what_is_addressed_while_consent_is_awaited_crosses_with_it(app: TestApp) {
    let (acme, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
    settings(&globex, json!({"incoming": "approve"})).await;
    let contact = link(&acme, "Anna of Globex", "anna@globex").await;
    app.work().await;
    let asked = request(&globex).await;
    assert_eq!((asked["account"].text(), asked["state"].text()), ("acme", "pending"));
    let task = assign(&acme, "Repair the gate", &contact).await;
    let waiting = comment(&acme, &task, "When?", &[&contact]).await;
    assert_eq!(waiting["deliveries"][0]["channel"], "link");
    assert_eq!(waiting["deliveries"][0]["state"], "pending");
    app.work().await;
    assert!(tasks(&globex).await.is_empty(), "nothing crosses before he consents");
    assert_eq!(answer(&globex, &asked, "approve").await["state"], "active");
    app.work().await;
    assert_eq!(texts(&globex, &only_task(&globex).await).await, ["When?"]);
    let path = format!("/v1/comments/{}/deliveries", waiting.id());
    let deliveries = acme.get(path).await.expect(200).json();
    assert_eq!(deliveries["items"][0]["state"], "delivered");
}

/// LINKA-6, LINKD-1: he refuses, at once or later.
async fn what_is_refused_never_crosses(app: TestApp) {
    let (acme, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
    settings(&globex, json!({"incoming": "approve"})).await;
    let contact = link(&acme, "Anna of Globex", "anna@globex").await;
    assign(&acme, "Repair the gate", &contact).await;
    app.work().await;
    let asked = request(&globex).await;
    answer(&globex, &asked, "refuse").await;
    app.work().await;
    assert!(tasks(&globex).await.is_empty());
    let shown = acme.get(format!("/v1/contacts/{}", contact.id())).await.expect(200).json();
    assert_eq!(shown["linked_account"], Value::Null);
    let path = format!("/v1/me/linked-accounts/{}:approve", asked.id());
    globex.post(path, json!({})).await.expect(409).problem("link_ended");
}

/// S23
async fn an_account_that_refuses_sounds_like_one_that_is_not_there(app: TestApp) {
    let (acme, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
    settings(&globex, json!({"incoming": "refuse"})).await;
    let refused = acme.post("/v1/contacts", card("Anna", "anna@globex")).await.expect(422);
    let unknown = acme.post("/v1/contacts", card("Anna", "nobody@nowhere")).await.expect(422);
    assert_eq!(refused.json()["errors"], unknown.json()["errors"]);
    assert_eq!(refused.json()["detail"], unknown.json()["detail"]);
}

/// LINKT-1
async fn a_trusted_account_needs_no_consent(app: TestApp) {
    let (acme, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
    settings(&globex, json!({"incoming": "approve", "trusted_accounts": ["acme"]})).await;
    let contact = link(&acme, "Anna of Globex", "anna@globex").await;
    assign(&acme, "Repair the gate", &contact).await;
    app.work().await;
    assert_eq!(request(&globex).await["state"], "active");
    assert_eq!(tasks(&globex).await.len(), 1);
}

/// LINKT-4
async fn only_administrators_see_and_change_the_settings(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let shown = anna.get("/v1/settings/account-links").await.expect(200).json();
    let defaults =
        json!({"outgoing": "any", "outgoing_accounts": [], "trusted_accounts": [], "incoming": "accept"});
    assert_eq!(shown, defaults);
    let member = anna.employee("member").await;
    member.get("/v1/settings/account-links").await.expect(403);
    let path = "/v1/settings/account-links";
    member.patch(path, json!({"incoming": "refuse"})).await.expect(403);
    let bad = anna.patch(path, json!({"incoming": "maybe", "trusted_accounts": ["a b"]})).await.expect(422);
    bad.problem_at("validation_failed", &[("/incoming", "invalid"), ("/trusted_accounts/0", "invalid")]);
}
