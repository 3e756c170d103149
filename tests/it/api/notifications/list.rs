//! `GET /v1/notifications`

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{feed, types, unread};
use crate::api::tasks::{path, set};

both_engines!(
    an_employee_finds_what_he_was_told_newest_first,
    pages_go_on_where_they_ended,
    what_he_may_not_see_any_more_is_not_there,
    what_is_about_no_task_is_always_there,
);

/// NTF-5, NTF-7: his own alone, and nothing of what he did himself.
async fn an_employee_finds_what_he_was_told_newest_first(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id(), anna.me.id()]})).await;
    app.clock().advance(TimeDelta::seconds(1));
    let body = json!({"text": "See", "notify": [boris.me.id()]});
    let comment = anna.post(path(&task, "/comments"), body).await.expect(201).json();
    let told = feed(&boris).await;
    let read = json!({"read": false, "read_at": null, "mailbox_id": null, "detail": null});
    for (notice, kind, about) in
        [(&told[0], "new_comment", comment["id"].clone()), (&told[1], "new_task", Value::Null)]
    {
        assert_eq!((&notice["type"], &notice["comment_id"]), (&json!(kind), &about));
        assert_eq!((&notice["task_id"], &notice["author"]["id"]), (&task["id"], &anna.me["id"]));
        assert_eq!(notice["task"], json!({"number": task["number"], "title": "Gate"}));
        assert!(read.as_object().unwrap().iter().all(|(name, value)| notice[name] == *value), "{notice}");
    }
    assert_eq!(told[0]["at"], json!(app.clock().now()));
    assert_eq!((told.len(), unread(&boris).await), (2, json!(2)));
    for nobody in [&anna, &vera] {
        assert_eq!((types(nobody).await, unread(nobody).await), (vec![], json!(0)));
    }
}

async fn pages_go_on_where_they_ended(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    for n in 1..=5 {
        set(&anna, json!({"title": n.to_string(), "assignees": [boris.me.id()]})).await;
        app.clock().advance(TimeDelta::seconds(1));
    }
    let third = feed(&boris).await[2].id().to_owned();
    boris.post("/v1/notifications:mark-read", json!({"ids": [third]})).await.expect(200);
    for (query, expected) in [("", vec!["5", "4", "3", "2", "1"]), ("&unread=true", vec!["5", "4", "2", "1"])]
    {
        let (mut titles, mut cursor) = (Vec::new(), String::new());
        loop {
            let page =
                boris.get(format!("/v1/notifications?limit=2{query}{cursor}")).await.expect(200).json();
            titles.extend(page.items().iter().map(|it| it["task"]["title"].text().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(titles, expected, "{query}");
    }
    boris.get("/v1/notifications?unread=perhaps").await.expect(422).problem_names("?unread", "invalid");
}

/// S7: a comment that was deleted, or a task that he is taken out of, betrays nothing, not even by a count; an administrator
/// needs no role.
async fn what_he_may_not_see_any_more_is_not_there(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, olga) = (anna.employee("boris").await, anna.admin("olga").await);
    let staff = [boris.me.id(), olga.me.id()];
    let task = set(&anna, json!({"title": "Gate", "assignees": staff})).await;
    let write = async |text: &str| {
        let body = json!({"text": text, "notify": staff, "hidden": true});
        anna.post(path(&task, "/comments"), body).await.expect(201).json()
    };
    let (gone, stays) = (write("Gone").await, write("Stays").await);
    assert_eq!((unread(&boris).await, unread(&olga).await), (json!(3), json!(3)));
    anna.delete(format!("/v1/comments/{}", gone.id())).await.expect(204);
    let about: Vec<Value> = feed(&boris).await.iter().map(|it| it["comment_id"].clone()).collect();
    assert_eq!(about, [stays["id"].clone(), Value::Null]);
    anna.patch(path(&task, ""), json!({"assignees": []})).await.expect(200);
    assert_eq!((types(&boris).await, unread(&boris).await), (vec![], json!(0)));
    assert_eq!((types(&olga).await.len(), unread(&olga).await), (2, json!(2)));
    anna.patch(path(&task, ""), json!({"participants": [boris.me.id()]})).await.expect(200);
    assert_eq!(unread(&boris).await, 2, "what was said to him is his again with the task");
}

/// COM-8: whose scheduled comment could not leave learns it, without being led into the task.
async fn what_is_about_no_task_is_always_there(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id()]})).await;
    let at = json!(app.clock().now() + TimeDelta::minutes(1));
    let body = json!({"text": "Later", "send_at": at});
    boris.post(path(&task, "/comments"), body).await.expect(201);
    anna.patch(path(&task, ""), json!({"participants": []})).await.expect(200);
    app.clock().advance(TimeDelta::minutes(1));
    app.work().await;
    let told = feed(&boris).await;
    assert_eq!((&told[0]["type"], &told[0]["task"]), (&json!("not_published"), &Value::Null));
    assert!(told[0]["detail"].text().contains(&task["number"].to_string()), "{told:?}");
}
