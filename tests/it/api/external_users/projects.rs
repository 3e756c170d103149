//! Which projects external users see, and what of them.

use serde_json::json;
use support::{Client, JsonExt as _, TestApp, both_engines};

use crate::api::{
    password_links::let_in,
    tasks::{NOBODY, set},
};

both_engines!(an_external_user_sees_the_projects_of_his_companies_and_tasks);

async fn names(of: &Client, query: &str) -> Vec<String> {
    let listed = of.get(format!("/v1/projects{query}")).await.expect(200).json();
    listed.items().iter().map(|it| it["name"].text().to_owned()).collect()
}

/// EXT-1, EXT-5
async fn an_external_user_sees_the_projects_of_his_companies_and_tasks(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let firm = json!({"name": "Firm", "is_company": true});
    let firm = anna.post("/v1/contacts", firm).await.expect(201).json();
    let (ivan, petr) = (anna.contact("ivan").await, anna.contact("petr").await);
    let card = json!({"company_ids": [firm["id"]]});
    anna.patch(format!("/v1/contacts/{}", ivan.id()), card).await.expect(200);
    let begin = async |name: &str, counterparty: &str, is_hidden: bool| {
        let body = json!({"name": name, "counterparty_id": counterparty, "is_hidden_from_clients": is_hidden,
            "client_managers": [anna.me["id"]], "description": "Among ourselves"});
        anna.post("/v1/projects", body).await.expect(201).json()
    };
    let of_firm = begin("Of the firm", firm.id(), false).await;
    let hidden = begin("Hidden", firm.id(), true).await;
    begin("Of himself", ivan.id(), false).await;
    let foreign = begin("Of another", petr.id(), false).await;
    let path = |project: &serde_json::Value| format!("/v1/projects/{}", project.id());
    let ivan_in = let_in(&anna, &ivan).await;
    assert_eq!(names(&ivan_in, "").await, ["Of himself", "Of the firm"]);
    let shown = ivan_in.get(path(&of_firm)).await.expect(200).json();
    let outline = json!({"id": of_firm["id"], "number": 1, "name": "Of the firm", "status": "active"});
    assert_eq!(shown, outline);
    let listed = ivan_in.get("/v1/projects?q=firm").await.expect(200).json();
    assert_eq!(listed.items(), [outline]);
    for project in [path(&hidden), path(&foreign), format!("/v1/projects/{NOBODY}")] {
        ivan_in.get(project).await.expect(404).problem("not_found");
    }
    // Where he has a task, he sees the project, and nothing else in it.
    for project in [&hidden, &foreign] {
        set(&anna, json!({"title": "His", "project_id": project["id"], "participants": [ivan.id()]})).await;
        set(&anna, json!({"title": "Other", "project_id": project["id"]})).await;
    }
    assert_eq!(names(&ivan_in, "").await, ["Of another", "Of himself", "Hidden", "Of the firm"]);
    ivan_in.get(path(&hidden)).await.expect(200);
    let tasks = ivan_in.get(format!("/v1/tasks?project={}", hidden.id())).await.expect(200).json();
    assert_eq!(tasks.items().len(), 1, "{tasks}");
    // The list goes on where it ended, and is narrowed as an employee's.
    let first = ivan_in.get("/v1/projects?limit=3").await.expect(200).json();
    let rest = names(&ivan_in, &format!("?limit=3&cursor={}", first["next_cursor"].text())).await;
    assert_eq!(rest, ["Of the firm"]);
    assert_eq!(names(&ivan_in, &format!("?counterparty={}", firm.id())).await, ["Hidden", "Of the firm"]);
    anna.patch(path(&of_firm), json!({"status": "archived"})).await.expect(200);
    assert_eq!(names(&ivan_in, "?is_archived=true").await, ["Of the firm"]);
    // He begins none and changes none.
    ivan_in.post("/v1/projects", json!({"name": "Mine"})).await.expect(403).problem("forbidden");
    ivan_in.patch(path(&of_firm), json!({"name": "Mine"})).await.expect(403).problem("forbidden");
    // Out of the company and its tasks, he sees what is his own.
    anna.patch(format!("/v1/contacts/{}", ivan.id()), json!({"company_ids": []})).await.expect(200);
    assert_eq!(names(&ivan_in, "").await, ["Of another", "Of himself", "Hidden"]);
    app.work().await;
    app.mail().take();
}
