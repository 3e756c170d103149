//! Contacts who sign in: what they see and write in the tasks that they take part in.

mod projects;
mod tasks;

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{password_links::let_in, tasks::set};

both_engines!(
    an_external_user_reads_what_the_account_lets_such_people_read,
    an_external_user_enters_the_tasks_that_he_has_a_role_in,
    an_external_user_addresses_those_whom_he_has_met_in_the_task,
);

fn comments(task: &Value) -> String {
    format!("/v1/tasks/{}/comments", task.id())
}

async fn say(by: &Client, task: &Value, body: Value) -> Value {
    let made = by.post(comments(task), body).await.expect(201).json();
    by.app.work().await;
    by.app.mail().take();
    by.app.clock().advance(TimeDelta::milliseconds(1));
    made
}

async fn texts(of: &Client, task: &Value) -> Vec<String> {
    let listed = of.get(comments(task)).await.expect(200).json();
    let said = listed.items().iter().filter(|it| it["origin"] != "system");
    said.map(|it| it["text"].text().to_owned()).collect()
}

/// EXT-7: for all that was ever written, and at once.
async fn an_external_user_reads_what_the_account_lets_such_people_read(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let ivan_in = let_in(&anna, &ivan).await;
    let body = json!({"title": "Gate", "assignees": [boris.me.id()], "participants": [ivan.id()]});
    let task = set(&anna, body).await;
    let note = say(&boris, &task, json!({"text": "among ourselves"})).await;
    say(&boris, &task, json!({"text": "to Ivan", "notify": [ivan.id()]})).await;
    say(&boris, &task, json!({"text": "hidden", "hidden": true, "notify": [anna.me.id()]})).await;
    let tomorrow = app.clock().now() + TimeDelta::days(1);
    say(&boris, &task, json!({"text": "held", "notify": [ivan.id()], "send_at": tomorrow})).await;
    say(&ivan_in, &task, json!({"text": "his own"})).await;
    assert_eq!(texts(&ivan_in, &task).await, ["among ourselves", "to Ivan", "his own"]);
    let path = format!("/v1/comments/{}", note.id());
    ivan_in.get(&path).await.expect(200);
    let sees = async || {
        let seen = boris.get(format!("{path}/audience")).await.expect(200).json();
        seen.items().iter().any(|it| it["person"]["id"] == ivan["id"])
    };
    assert!(sees().await);
    let changed = anna.patch("/v1/account", json!({"external_users_see": "addressed"})).await.expect(200);
    assert_eq!(changed.json()["external_users_see"], "addressed");
    assert_eq!(texts(&ivan_in, &task).await, ["to Ivan", "his own"]);
    ivan_in.get(&path).await.expect(404);
    assert!(!sees().await);
    anna.patch("/v1/account", json!({"external_users_see": "some"})).await.expect(422);
    anna.patch("/v1/account", json!({"external_users_see": "all"})).await.expect(200);
    assert_eq!(texts(&ivan_in, &task).await, ["among ourselves", "to Ivan", "his own"]);
}

/// EXT-5, EXT-6
async fn an_external_user_enters_the_tasks_that_he_has_a_role_in(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let ivan_in = let_in(&anna, &ivan).await;
    let file = anna.upload("plan.txt", b"A plan").await;
    let his = json!({"title": "His", "participants": [ivan.id()], "file_ids": [file.id()]});
    let (task, other) = (set(&anna, his).await, set(&anna, json!({"title": "Other"})).await);
    let listed = ivan_in.get("/v1/tasks").await.expect(200).json();
    assert_eq!(listed.items().iter().map(|it| it["title"].text()).collect::<Vec<_>>(), ["His"]);
    ivan_in.get(format!("/v1/tasks/{}", task.id())).await.expect(200);
    ivan_in.get(format!("/v1/tasks/{}/checklist", task.id())).await.expect(200);
    ivan_in.get(format!("/v1/files/{}/content", file.id())).await.expect(200);
    ivan_in.get(format!("/v1/tasks/{}", other.id())).await.expect(404);
    ivan_in.get(comments(&other)).await.expect(404);
    ivan_in.post(comments(&other), json!({"text": "Hello"})).await.expect(404);
    let own = ivan_in.upload("photo.txt", b"A photo").await;
    let said = json!({"text": "See", "file_ids": [own.id()], "notify": [anna.me.id()]});
    let made = ivan_in.post(comments(&task), said).await.expect(201).json();
    assert_eq!((made["author"].id(), made["deliveries"][0]["channel"].text()), (ivan.id(), "in_app"));
    let told = anna.get("/v1/notifications").await.expect(200).json();
    assert_eq!(told.items()[0]["comment_id"], made["id"]);
    // What nobody opened to him is an employee's.
    for path in ["/v1/employees", "/v1/contacts", "/v1/notifications", "/v1/account"] {
        ivan_in.get(path).await.expect(403).problem("forbidden");
    }
    ivan_in.patch(format!("/v1/tasks/{}", task.id()), json!({"title": "Mine"})).await.expect(403);
    app.work().await;
    app.mail().take();
}

/// EXT-5, COM-4: whom he has not met is not there for him.
async fn an_external_user_addresses_those_whom_he_has_met_in_the_task(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, carl) = (anna.employee("boris").await, anna.employee("carl").await);
    let (ivan, petr) = (anna.contact("ivan").await, anna.contact("petr").await);
    let ivan_in = let_in(&anna, &ivan).await;
    let body = json!({"title": "Gate", "assignees": [boris.me.id()], "participants": [ivan.id()]});
    let task = set(&anna, body).await;
    for stranger in [carl.me.id(), petr.id()] {
        let body = json!({"text": "Hello", "notify": [boris.me.id(), stranger]});
        let refused = ivan_in.post(comments(&task), body).await.expect(404);
        refused.problem_at("not_found", &[("/notify/1", "unknown_id")]);
    }
    say(&ivan_in, &task, json!({"text": "Hello @carl", "notify": [boris.me.id(), anna.me.id()]})).await;
    let told = carl.get("/v1/notifications").await.expect(200).json();
    assert!(told.items().is_empty(), "{told}");
    // Whom he sees addressed, he has met.
    say(&boris, &task, json!({"text": "Carl?", "notify": [carl.me.id()]})).await;
    say(&ivan_in, &task, json!({"text": "Carl!", "notify": [carl.me.id()]})).await;
    anna.patch("/v1/account", json!({"external_users_see": "addressed"})).await.expect(200);
    for body in [
        json!({"text": "Psst", "hidden": true}),
        json!({"text": "Later", "send_at": app.clock().now() + TimeDelta::days(1)}),
    ] {
        ivan_in.post(comments(&task), body).await.expect(403).problem("forbidden");
    }
}
