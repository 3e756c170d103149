//! What each of several assignees makes of a task.

use actix_web::http::Method;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{path, set};

both_engines!(
    each_of_several_assignees_answers_for_himself,
    who_joins_and_leaves_changes_the_status_and_nobody_elses,
    who_sets_a_task_for_others_too_has_accepted_it,
);

/// The task's status, and each assignee's own in the order of names.
async fn standing(by: &Client, task: &Value) -> (String, Vec<String>) {
    let shown = by.get(path(task, "")).await.expect(200).json();
    let listed = by.get("/v1/tasks").await.expect(200).json();
    let listed = listed.items().iter().find(|it| it["id"] == task["id"]).unwrap();
    assert_eq!(listed["assignee_statuses"], shown["assignee_statuses"]);
    let own = shown["assignee_statuses"].as_array().unwrap().iter();
    let own = own.map(|it| format!("{} {}", it["person"]["name"].text(), it["status"].text()));
    (shown["status"].text().to_owned(), own.collect())
}

async fn told(who: &Client) -> Vec<String> {
    let feed = who.get("/v1/notifications").await.expect(200).json();
    let types = feed.items().iter().map(|it| it["type"].text().to_owned()).collect();
    who.post("/v1/notifications:mark-read", json!({"all": true})).await.expect(200);
    types
}

/// STA-3, STA-5
async fn each_of_several_assignees_answers_for_himself(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, olga) = (anna.employee("boris").await, anna.employee("olga").await);
    let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id(), olga.me.id()]})).await;
    let check = async |status: &str, own: [&str; 2]| {
        let own = own.map(ToOwned::to_owned).to_vec();
        assert_eq!(standing(&anna, &task).await, (status.to_owned(), own));
    };
    check("new", ["boris new", "olga new"]).await;
    boris.post(path(&task, ":accept"), json!({})).await.expect(200);
    check("new", ["boris in_progress", "olga new"]).await;
    assert!(told(&anna).await.is_empty(), "to her it is new");
    boris.post(path(&task, ":accept"), json!({})).await.expect(409).problem("task_not_new");
    olga.post(path(&task, ":reject"), json!({"reason": "Not mine"})).await.expect(200);
    check("in_progress", ["boris in_progress", "olga rejected"]).await;
    assert_eq!(told(&anna).await, ["status_changed", "new_comment"]);
    boris.patch(path(&task, ""), json!({"status": "done"})).await.expect(200);
    check("done", ["boris done", "olga rejected"]).await;
    boris.patch(path(&task, ""), json!({"status": "rejected"})).await.expect(200);
    check("rejected", ["boris rejected", "olga rejected"]).await;
    assert_eq!(told(&anna).await[0], "task_rejected");
    // Others than the assignees speak for all, and what is nobody's own is everybody's.
    anna.patch(path(&task, ""), json!({"status": "new"})).await.expect(200);
    olga.post(path(&task, ":accept"), json!({})).await.expect(200);
    boris.patch(path(&task, ""), json!({"status": "deferred"})).await.expect(200);
    check("deferred", ["boris new", "olga in_progress"]).await;
    boris.post(path(&task, ":accept"), json!({})).await.expect(409).problem("task_not_new");
    boris.patch(path(&task, ""), json!({"status": "in_progress"})).await.expect(200);
    check("in_progress", ["boris in_progress", "olga in_progress"]).await;
}

/// STA-5, ROL-9
async fn who_joins_and_leaves_changes_the_status_and_nobody_elses(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, olga) = (anna.employee("boris").await, anna.employee("olga").await);
    let vera = anna.employee("vera").await;
    let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
    boris.patch(path(&task, ""), json!({"status": "done"})).await.expect(200);
    told(&anna).await;
    let people = path(&task, "/participants");
    let joins = json!({"person_id": olga.me.id(), "role": "assignee"});
    boris.post(&people, joins).await.expect(200);
    assert_eq!(standing(&anna, &task).await, ("new".into(), vec!["boris done".into(), "olga new".into()]));
    assert_eq!(told(&anna).await[0], "status_changed");
    let all = json!({"assignees": [vera.me.id(), olga.me.id(), boris.me.id()]});
    olga.post(path(&task, ":accept"), json!({})).await.expect(200);
    let shown = anna.patch(path(&task, ""), all).await.expect(200).json();
    assert_eq!(shown["status"], "new");
    let own = vec!["boris done".into(), "olga in_progress".into(), "vera new".into()];
    assert_eq!(standing(&anna, &task).await, ("new".into(), own));
    for (leaves, status) in [(&vera, "in_progress"), (&olga, "done")] {
        let path = format!("{people}?person={}&role=assignee", leaves.me.id());
        anna.call(Method::DELETE, path).await.expect(204);
        assert_eq!(standing(&anna, &task).await.0, status);
    }
    assert_eq!(standing(&anna, &task).await.1, [""; 0], "of one alone the task has its own status");
}

/// STA-3, STA-5
async fn who_sets_a_task_for_others_too_has_accepted_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id(), anna.me.id()]})).await;
    let own = |it: &str| vec!["Anna in_progress".to_owned(), format!("boris {it}")];
    assert_eq!(standing(&anna, &task).await, ("new".into(), own("new")));
    boris.post(path(&task, ":accept"), json!({})).await.expect(200);
    assert_eq!(standing(&anna, &task).await, ("in_progress".into(), own("in_progress")));
}
