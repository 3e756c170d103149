//! Tasks that external users set.

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use crate::api::{
    password_links::let_in,
    tasks::{NOBODY, ids, mailed, path, set},
};

both_engines!(
    an_external_user_sets_tasks_for_those_who_manage_him,
    an_external_user_fills_no_field_that_is_an_employees,
);

/// Ivan of the firm, who signs in, and the firm.
async fn ivan_of_firm(anna: &Client) -> (Client, Value) {
    let firm = json!({"name": "Firm", "is_company": true});
    let firm = anna.post("/v1/contacts", firm).await.expect(201).json();
    let ivan = anna.contact("ivan").await;
    let card = json!({"company_ids": [firm["id"]]});
    anna.patch(format!("/v1/contacts/{}", ivan.id()), card).await.expect(200);
    (let_in(anna, &ivan).await, firm)
}

async fn begin(by: &Client, name: &str, mut body: Value) -> Value {
    body["name"] = name.into();
    by.post("/v1/projects", body).await.expect(201).json()
}

/// EXT-2, EXT-3, EXT-4, CT-2
async fn an_external_user_sets_tasks_for_those_who_manage_him(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, carl, dora) =
        (anna.employee("boris").await, anna.employee("carl").await, anna.employee("dora").await);
    let (ivan_in, firm) = ivan_of_firm(&anna).await;
    let title = json!({"title": "Repair the gate"});
    // Nobody manages him yet.
    let refused = ivan_in.post("/v1/tasks", title.clone()).await.expect(422);
    refused.problem_at("validation_failed", &[("/assignees", "required")]);
    let (by_boris, by_carl) = (json!([boris.me["id"]]), json!([carl.me["id"]]));
    let archived = json!({"counterparty_id": firm["id"], "client_managers": by_carl});
    let archived = begin(&anna, "Archived", archived).await;
    anna.patch(format!("/v1/projects/{}", archived.id()), json!({"status": "archived"})).await.expect(200);
    let first = json!({"counterparty_id": firm["id"], "client_managers": by_boris,
        "default_assignees": [dora.me["id"]], "default_participants": [anna.me["id"]]});
    let first = begin(&anna, "First", first).await;
    let audited =
        json!({"counterparty_id": firm["id"], "client_managers": by_carl, "auditors": [dora.me["id"]]});
    let audited = begin(&anna, "Audited", audited).await;
    let foreign = begin(&anna, "Foreign", json!({"client_managers": [dora.me["id"]]})).await;
    // The first project that he sees, and who manages its clients.
    let made = set(&ivan_in, title.clone()).await;
    assert_eq!((&made["project_id"], &made["assigner"]["id"]), (&first["id"], &ivan_in.me["id"]));
    assert_eq!(ids(&made["assignees"]), [boris.me.id()]);
    assert_eq!(ids(&made["auditors"]), [boris.me.id()]);
    assert_eq!(ids(&made["participants"]), [anna.me.id()]);
    assert_eq!(made["counterparty"]["id"], firm["id"]);
    let told = boris.get("/v1/notifications").await.expect(200).json();
    assert_eq!(told.items()[0]["task_id"], made["id"]);
    assert_eq!(ivan_in.get(path(&made, "")).await.expect(200).json(), made);
    ivan_in.post(path(&made, "/comments"), json!({"text": "Soon?"})).await.expect(201);
    // Where the project has an auditor, its manager is assignee alone.
    let file = ivan_in.upload("gate.txt", b"The gate").await;
    let body = json!({"title": "Paint it", "description": "Green", "priority": "urgent", "file_ids": [file.id()],
        "deadline": "2030-02-01T00:00:00Z", "project_id": audited["id"], "assignees": []});
    let made = set(&ivan_in, body).await;
    assert_eq!((ids(&made["assignees"]), ids(&made["auditors"])), (vec![carl.me.id()], vec![dora.me.id()]));
    assert_eq!((made["priority"].text(), made["description_text"].text()), ("urgent", "Green"));
    assert_eq!((made["files"][0].id(), made["deadline"].text()), (file.id(), "2030-02-01T00:00:00Z"));
    // Who manages clients of another of his projects is assignee alone.
    let body = json!({"title": "Both", "project_id": first["id"], "assignees": [carl.me["id"], boris.me["id"], carl.me["id"]]});
    let made = set(&ivan_in, body).await;
    assert_eq!(
        (ids(&made["assignees"]), ids(&made["auditors"])),
        (vec![boris.me.id(), carl.me.id()], vec![boris.me.id()])
    );
    for stranger in [dora.me.id(), ivan_in.me.id(), firm.id(), NOBODY] {
        let body = json!({"title": "No", "assignees": [boris.me["id"], stranger]});
        let refused = ivan_in.post("/v1/tasks", body).await.expect(404);
        refused.problem_at("not_found", &[("/assignees/1", "unknown_id")]);
    }
    for project in [foreign.id(), NOBODY] {
        let refused =
            ivan_in.post("/v1/tasks", json!({"title": "No", "project_id": project})).await.expect(404);
        refused.problem_at("not_found", &[("/project_id", "unknown_id")]);
    }
    // He may turn to whoever is responsible for his company, too, who does not control the task by that.
    let path_of_firm = format!("/v1/contacts/{}", firm.id());
    let refused = anna.patch(&path_of_firm, json!({"responsible_ids": [ivan_in.me.id()]})).await.expect(404);
    refused.problem_at("not_found", &[("/responsible_ids/0", "unknown_id")]);
    let changed =
        anna.patch(&path_of_firm, json!({"responsible_ids": [dora.me.id()]})).await.expect(200).json();
    assert_eq!(changed["responsible_ids"], json!([dora.me.id()]));
    let made = set(&ivan_in, json!({"title": "Dora", "assignees": [dora.me["id"]]})).await;
    assert_eq!((ids(&made["assignees"]), ids(&made["auditors"])), (vec![dora.me.id()], vec![]));
    anna.patch(&path_of_firm, json!({"name": "The firm"})).await.expect(200);
    // Who left takes nothing any more.
    anna.patch(format!("/v1/employees/{}", boris.me.id()), json!({"status": "inactive"})).await.expect(200);
    assert_eq!(ids(&set(&ivan_in, title.clone()).await["assignees"]), [dora.me.id()]);
    anna.patch(&path_of_firm, json!({"responsible_ids": []})).await.expect(200);
    ivan_in.post("/v1/tasks", title.clone()).await.expect(422).problem("validation_failed");
    let gone = json!({"title": "No", "assignees": [boris.me["id"]]});
    ivan_in.post("/v1/tasks", gone).await.expect(404).problem("not_found");
    // He who belongs to no company is what his task is about, and a task needs no project.
    let petr = anna.contact("petr").await;
    let petr_in = let_in(&anna, &petr).await;
    let his = json!({"title": "His", "project_id": audited["id"], "participants": [petr.id()]});
    set(&anna, his).await;
    let made = set(&petr_in, title).await;
    assert_eq!((&made["project_id"], &made["counterparty"]["id"]), (&audited["id"], &petr["id"]));
    mailed(&app).await;
}

/// EXT-5
async fn an_external_user_fills_no_field_that_is_an_employees(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan_in, firm) = ivan_of_firm(&anna).await;
    let body = json!({"counterparty_id": firm["id"], "client_managers": [anna.me["id"]]});
    begin(&anna, "Gates", body).await;
    let made = set(&ivan_in, json!({"title": "Gate"})).await;
    for (field, value) in [
        ("start_at", json!("2030-02-01T00:00:00Z")),
        ("parent_id", made["id"].clone()),
        ("counterparty", firm["id"].clone()),
        ("company_access", json!(false)),
        ("assigner", anna.me["id"].clone()),
        ("participants", json!([anna.me["id"]])),
        ("auditors", json!([])),
        ("assignee_emails", json!(["eve@other.example"])),
    ] {
        let mut body = json!({"title": "Gate"});
        body[field] = value;
        ivan_in.post("/v1/tasks", body).await.expect(403).problem("forbidden");
    }
    ivan_in.patch(path(&made, ""), json!({"title": "Mine"})).await.expect(403).problem("forbidden");
    mailed(&app).await;
}
