//! `POST /v1/contacts:merge` and `:undo-merge`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use crate::api::tasks::set;

both_engines!(
    what_named_one_names_the_survivor,
    lists_are_united_and_single_values_stand,
    a_merge_is_undone_once_and_in_time,
    what_was_made_since_a_merge_stays,
    an_address_that_was_given_away_does_not_come_back,
    merges_are_undone_latest_first,
    a_merge_names_contacts_that_are_there,
    members_of_a_company_belong_to_the_one_it_became,
);

async fn merge(by: &Client, into: &Value, from: &[&Value]) -> Value {
    let from: Vec<&str> = from.iter().map(|it| it.id()).collect();
    by.post("/v1/contacts:merge", json!({"into": into["id"], "from": from})).await.expect(200).json()
}

async fn undo(by: &Client, merged: &Value) -> Value {
    let body = json!({"undo_token": merged["undo_token"]});
    by.post("/v1/contacts:undo-merge", body).await.expect(200).json()
}

async fn shown(by: &Client, contact: &Value) -> Value {
    by.get(format!("/v1/contacts/{}", contact.id())).await.expect(200).json()
}

async fn task(by: &Client, task: &Value) -> Value {
    by.get(format!("/v1/tasks/{}", task.id())).await.expect(200).json()
}

/// DUP-5: roles, counterparties, audiences, the ledger of mail; and back.
async fn what_named_one_names_the_survivor(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, vanya) = (anna.contact("ivan").await, anna.contact("vanya").await);
    let body = json!({"title": "Gate", "assignees": [vanya["id"]], "participants": [ivan["id"], vanya["id"]],
        "counterparty": vanya["id"]});
    let gate = set(&anna, body).await;
    let comments = format!("/v1/tasks/{}/comments", gate.id());
    let body = json!({"text": "When?", "notify": [ivan["id"], vanya["id"]]});
    let asked = anna.post(&comments, body).await.expect(201).json();
    app.work().await;
    assert_eq!(app.mail().take().len(), 3, "the new task and the question twice");
    let tag = anna.get(format!("/v1/tasks/{}", gate.id())).await.expect(200);
    let tag = tag.header("etag").unwrap().to_owned();

    let merged = merge(&anna, &ivan, &[&vanya]).await;
    anna.get(format!("/v1/contacts/{}", vanya.id())).await.expect(404).problem("not_found");
    let path = format!("/v1/tasks/{}", gate.id());
    let now = anna.get(&path).header("If-None-Match", tag).await.expect(200).json();
    assert_eq!(now["counterparty"]["id"], ivan["id"]);
    for role in ["assignees", "participants"] {
        let people: Vec<&Value> = now[role].as_array().unwrap().iter().map(|it| &it["id"]).collect();
        assert_eq!(people, [&ivan["id"]], "{role}");
    }
    let comment = anna.get(format!("/v1/comments/{}", asked.id())).await.expect(200).json();
    assert_eq!(comment["audience"].as_array().unwrap().len(), 1);
    assert_eq!(comment["audience"][0]["id"], ivan["id"]);
    let mails = anna.get(format!("/v1/mail/outgoing?person={}", ivan.id())).await.expect(200).json();
    assert_eq!(mails.items().len(), 3);
    for mail in mails.items() {
        assert_eq!(mail["recipients"][0]["person"]["id"], ivan["id"]);
    }
    let path = format!("/v1/comments/{}/deliveries", asked.id());
    let deliveries = anna.get(path).await.expect(200).json();
    assert_eq!(deliveries.items().len(), 2);
    assert!(deliveries.items().iter().all(|it| it["person"]["id"] == ivan["id"]), "{deliveries:#}");

    let undone = undo(&anna, &merged).await;
    assert_eq!(undone["warnings"], json!([]));
    assert_eq!(undone["contacts"][0], vanya);
    assert_eq!(shown(&anna, &ivan).await, ivan);
    let before = task(&anna, &gate).await;
    assert_eq!(before["counterparty"]["id"], vanya["id"]);
    assert_eq!(before["assignees"][0]["id"], vanya["id"]);
    assert_eq!(before["participants"].as_array().unwrap().len(), 2);
}

/// DUP-5
async fn lists_are_united_and_single_values_stand(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let firm = anna.post("/v1/contacts", json!({"name": "Firm", "is_company": true})).await.expect(201);
    let body =
        json!({"name": "Ivan", "email": "ivan@client.example", "phones": [{"number": "+7 495 123-45-67"}]});
    let ivan = anna.post("/v1/contacts", body).await.expect(201).json();
    let body = json!({"name": "Vanya", "email": "vanya@client.example", "position": "Buyer", "language": "ru",
        "phones": [{"number": "8 (495) 1234567"}, {"number": "555-01-02", "kind": "home"}],
        "company_ids": [firm.json()["id"]]});
    let vanya = anna.post("/v1/contacts", body).await.expect(201).json();
    let merged = merge(&anna, &ivan, &[&vanya]).await;
    assert_eq!((merged.id(), merged["name"].text()), (ivan.id(), "Ivan"));
    assert_eq!(merged["email"], "ivan@client.example");
    assert_eq!(merged["additional_emails"], json!(["vanya@client.example"]));
    assert_eq!(merged["phones"].as_array().unwrap().len(), 2);
    assert_eq!(merged["company_ids"], vanya["company_ids"]);
    assert_eq!((&merged["position"], &merged["language"]), (&json!("Buyer"), &json!("ru")));
    let found = anna.get("/v1/contacts?email=vanya@client.example").await.expect(200).json();
    assert_eq!(found.items().len(), 1);
    assert_eq!(found.items()[0]["id"], ivan["id"]);
}

async fn a_merge_is_undone_once_and_in_time(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let (ivan, vanya) = (anna.contact("ivan").await, anna.contact("vanya").await);
    let merged = merge(&anna, &ivan, &[&vanya]).await;
    let body = json!({"undo_token": merged["undo_token"]});
    let path = "/v1/contacts:undo-merge";
    other.post(path, body.clone()).await.expect(404).problem("not_found");
    anna.post(path, json!({"undo_token": "lum_x"})).await.expect(404).problem("not_found");
    anna.post(path, body.clone()).await.expect(200);
    anna.post(path, body).await.expect(409).problem("not_undoable");
    let merged = merge(&anna, &ivan, &[&vanya]).await;
    app.clock().advance(chrono::TimeDelta::days(30));
    let anna = app.sign_in("acme", "anna@acme.example").await;
    let body = json!({"undo_token": merged["undo_token"]});
    anna.post(path, body).await.expect(404).problem("not_found");
}

async fn what_was_made_since_a_merge_stays(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, vanya) = (anna.contact("ivan").await, anna.contact("vanya").await);
    let gate = set(&anna, json!({"title": "Gate", "participants": [vanya["id"]]})).await;
    let merged = merge(&anna, &ivan, &[&vanya]).await;
    let roof = set(&anna, json!({"title": "Roof", "participants": [ivan["id"]]})).await;
    anna.patch(format!("/v1/contacts/{}", ivan.id()), json!({"position": "Buyer"})).await.expect(200);
    anna.patch(format!("/v1/tasks/{}", gate.id()), json!({"participants": []})).await.expect(200);
    undo(&anna, &merged).await;
    assert_eq!(shown(&anna, &ivan).await["position"], "Buyer");
    assert_eq!(task(&anna, &roof).await["participants"][0]["id"], ivan["id"]);
    assert_eq!(task(&anna, &gate).await["participants"], json!([]), "what was taken away stays away");
}

/// DUP-1: an address is one person's, whoever had it once.
async fn an_address_that_was_given_away_does_not_come_back(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, vanya, petr) =
        (anna.contact("ivan").await, anna.contact("vanya").await, anna.contact("petr").await);
    let merged = merge(&anna, &ivan, &[&vanya]).await;
    anna.patch(format!("/v1/contacts/{}", ivan.id()), json!({"additional_emails": []})).await.expect(200);
    let body = json!({"additional_emails": ["vanya@client.example"]});
    anna.patch(format!("/v1/contacts/{}", petr.id()), body).await.expect(200);
    let undone = undo(&anna, &merged).await;
    assert_eq!(undone["contacts"][0]["email"], json!(null));
    assert_eq!(undone["warnings"][0]["code"], "address_taken");
    assert_eq!(undone["warnings"][0]["person_id"], vanya["id"]);
}

async fn merges_are_undone_latest_first(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, vanya, petr) =
        (anna.contact("ivan").await, anna.contact("vanya").await, anna.contact("petr").await);
    let gate = set(&anna, json!({"title": "Gate", "participants": [vanya["id"]]})).await;
    let first = merge(&anna, &ivan, &[&vanya]).await;
    let second = merge(&anna, &petr, &[&ivan]).await;
    assert_eq!(task(&anna, &gate).await["participants"][0]["id"], petr["id"]);
    let body = json!({"undo_token": first["undo_token"]});
    anna.post("/v1/contacts:undo-merge", body).await.expect(409).problem("not_undoable");
    undo(&anna, &second).await;
    assert_eq!(task(&anna, &gate).await["participants"][0]["id"], ivan["id"]);
    undo(&anna, &first).await;
    assert_eq!(task(&anna, &gate).await["participants"][0]["id"], vanya["id"]);
    assert_eq!(shown(&anna, &vanya).await, vanya);
}

/// S6
async fn a_merge_names_contacts_that_are_there(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let (ivan, foreign) = (anna.contact("ivan").await, other.contact("ivan").await);
    let path = "/v1/contacts:merge";
    for id in [foreign.id(), anna.me.id()] {
        let answer = anna.post(path, json!({"into": ivan["id"], "from": [id]})).await.expect(404);
        answer.problem_at("not_found", &[("/from/0", "unknown_id")]);
        let answer = anna.post(path, json!({"into": id, "from": [ivan["id"]]})).await.expect(404);
        answer.problem_at("not_found", &[("/into", "unknown_id")]);
    }
    let answer = anna.post(path, json!({"into": ivan["id"], "from": [ivan["id"]]})).await.expect(422);
    answer.problem_at("validation_failed", &[("/from/0", "invalid")]);
    let answer = anna.post(path, json!({"into": ivan["id"], "from": []})).await.expect(422);
    answer.problem_at("validation_failed", &[("/from", "empty")]);
    assert_eq!(shown(&anna, &ivan).await, ivan);
}

/// CON-1
async fn members_of_a_company_belong_to_the_one_it_became(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let company = async |name: &str| {
        anna.post("/v1/contacts", json!({"name": name, "is_company": true})).await.expect(201).json()
    };
    let (one, two) = (company("One").await, company("Two").await);
    let member = async |name: &str, companies: Value| {
        anna.post("/v1/contacts", json!({"name": name, "company_ids": companies})).await.expect(201).json()
    };
    let ivan = member("Ivan", json!([two["id"]])).await;
    let petr = member("Petr", json!([one["id"], two["id"]])).await;
    let merged = merge(&anna, &one, &[&two]).await;
    assert_eq!(shown(&anna, &ivan).await["company_ids"], json!([one["id"]]));
    assert_eq!(shown(&anna, &petr).await["company_ids"], json!([one["id"]]));
    let listed = anna.get(format!("/v1/contacts?company={}", one.id())).await.expect(200).json();
    assert_eq!(listed.items().len(), 2);
    undo(&anna, &merged).await;
    assert_eq!(shown(&anna, &ivan).await, ivan);
    assert_eq!(shown(&anna, &petr).await, petr);
}
