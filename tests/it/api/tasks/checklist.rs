//! `/v1/tasks/{id}/checklist`

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{NOBODY, path, set};

both_engines!(
    steps_stand_in_the_order_that_people_give_them,
    a_step_is_done_changed_and_deleted,
    a_checklist_has_its_size,
    who_may_change_the_status_changes_the_checklist,
);

async fn add(client: &Client, task: &Value, text: &str, before: Option<&Value>) -> Value {
    let body = match before {
        Some(other) => json!({"text": text, "before": other.id()}),
        None => json!({"text": text}),
    };
    client.post(path(task, "/checklist"), body).await.expect(201).json()
}

async fn texts(client: &Client, task: &Value) -> Vec<String> {
    let listed = client.get(path(task, "/checklist")).await.expect(200).json();
    listed.items().iter().map(|it| it["text"].text().to_owned()).collect()
}

async fn steps_stand_in_the_order_that_people_give_them(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "The gate"})).await;
    assert_eq!(texts(&anna, &task).await, Vec::<String>::new());
    let paint = add(&anna, &task, "Paint it", None).await;
    let weld = add(&anna, &task, "Weld it", Some(&paint)).await;
    add(&anna, &task, "Send the bill", None).await;
    assert_eq!(texts(&anna, &task).await, ["Weld it", "Paint it", "Send the bill"]);
    let item = |it: &Value| format!("{}/{}", path(&task, "/checklist"), it.id());
    anna.patch(item(&weld), json!({"before": null})).await.expect(200);
    assert_eq!(texts(&anna, &task).await, ["Paint it", "Send the bill", "Weld it"]);
    anna.patch(item(&weld), json!({"before": paint.id()})).await.expect(200);
    assert_eq!(texts(&anna, &task).await, ["Weld it", "Paint it", "Send the bill"]);
    for other in [NOBODY, weld.id()] {
        let answer = anna.patch(item(&weld), json!({"before": other})).await.expect(404).json();
        assert_eq!(answer["errors"][0]["pointer"], "/before");
    }
}

async fn a_step_is_done_changed_and_deleted(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ворота"})).await;
    let step = add(&anna, &task, "Позвонить  заказчику", None).await;
    assert_eq!(
        step,
        json!({"id": step.id(), "text": "Позвонить заказчику", "is_done": false, "done_at": null})
    );
    let before = anna.get(path(&task, "/checklist")).await.expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    let item = format!("{}/{}", path(&task, "/checklist"), step.id());
    let done = anna.patch(&item, json!({"is_done": true})).await.expect(200).json();
    assert_eq!((&done["is_done"], &done["done_at"]), (&json!(true), &json!("2030-01-01T00:00:01Z")));
    app.clock().advance(TimeDelta::seconds(1));
    let again = anna.patch(&item, json!({"is_done": true, "text": "Call"})).await.expect(200).json();
    assert_eq!((&again["text"], &again["done_at"]), (&json!("Call"), &done["done_at"]));
    // The task's version is the checklist's.
    let (stale, now) = (before.header("etag"), anna.get(path(&task, "")).await.expect(200));
    assert_ne!(now.header("etag"), stale);
    anna.delete(&item).header("If-Match", stale.unwrap()).await.expect(412);
    anna.patch(&item, json!({"is_done": false}))
        .header("If-Match", now.header("etag").unwrap())
        .await
        .expect(200);
    anna.delete(&item).await.expect(204);
    anna.delete(&item).await.expect(404);
    anna.patch(&item, json!({"is_done": true})).await.expect(404);
    assert_eq!(texts(&anna, &task).await, Vec::<String>::new());
}

/// LIM-1
async fn a_checklist_has_its_size(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "The gate"})).await;
    let first = add(&anna, &task, "0", None).await;
    // Each before the same one: there comes a time when there is no room between them.
    for n in 1..150 {
        add(&anna, &task, &n.to_string(), Some(&first)).await;
    }
    let expected: Vec<String> = (1..150).chain([0]).map(|it| it.to_string()).collect();
    assert_eq!(texts(&anna, &task).await, expected);
    let answer = anna.post(path(&task, "/checklist"), json!({"text": "One more"})).await.expect(422).json();
    assert_eq!(answer["code"], "checklist_full");
    anna.post(path(&task, "/checklist"), json!({"text": " "})).await.expect(422);
}

/// ROL, S6
async fn who_may_change_the_status_changes_the_checklist(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera, gleb) =
        (anna.employee("boris").await, anna.employee("vera").await, anna.employee("gleb").await);
    let people = json!({"title": "Ours", "assignees": [boris.me.id()], "participants": [vera.me.id()]});
    let task = set(&anna, people).await;
    let step = add(&boris, &task, "Measure", None).await;
    let item = format!("{}/{}", path(&task, "/checklist"), step.id());
    assert_eq!(texts(&vera, &task).await, ["Measure"]);
    vera.patch(&item, json!({"is_done": true})).await.expect(403);
    vera.delete(&item).await.expect(403);
    gleb.get(path(&task, "/checklist")).await.expect(404);
    gleb.post(path(&task, "/checklist"), json!({"text": "Mine"})).await.expect(404);
    app.sign_up("globex").await.patch(&item, json!({"is_done": true})).await.expect(404);
    // Of another task.
    let other = set(&anna, json!({"title": "Other"})).await;
    anna.delete(format!("{}/{}", path(&other, "/checklist"), step.id())).await.expect(404);
}
