//! An address typed instead of a person.

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{Pair, only_task, tasks};

both_engines!(
    an_internal_address_makes_a_contact_who_is_linked,
    an_ordinary_address_makes_a_contact_of_that_name_who_is_mailed,
);

/// LINKC-1, LINKC-2
async fn an_internal_address_makes_a_contact_who_is_linked(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let boris = globex.employee("boris").await;
    for emails in [["boris@globex.liaison.test"], ["anna@globex.liaison.test"], ["boris@globex.liaison.test"]]
    {
        let body = json!({"title": "Gate", "assignee_emails": emails});
        acme.post("/v1/tasks", body).await.expect(201);
    }
    app.work().await;
    assert_eq!(tasks(&boris).await.len(), 2);
    let here = tasks(&acme).await;
    assert_eq!(here[1]["assignees"][0]["id"], contact["id"]);
    assert_eq!(here[0]["assignees"], here[2]["assignees"], "one contact, used again");
    assert_eq!(here[0]["assignees"][0]["name"], "boris");
    let body = json!({"title": "Gate", "assignee_emails": ["nobody@globex.liaison.test"]});
    let unknown = acme.post("/v1/tasks", body).await.expect(422);
    unknown.problem_at("validation_failed", &[("/assignee_emails", "unknown_address")]);
}

/// LINKC-3
async fn an_ordinary_address_makes_a_contact_of_that_name_who_is_mailed(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"title": "Gate", "assignee_emails": ["new@client.example"]});
    anna.post("/v1/tasks", body).await.expect(201);
    app.work().await;
    assert_eq!(only_task(&anna).await["assignees"][0]["name"], "new@client.example");
    assert_eq!(app.mail().take().len(), 1);
    let known = anna.get("/v1/contacts?email=new@client.example").await.expect(200).json();
    assert_eq!(known.items()[0]["selectable_as_participant"], true);
}
