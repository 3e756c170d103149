//! `/v1/task-statuses`, and tasks that have one.

use futures_util::future::join;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines, read_mail};

use super::tasks::{NOBODY, path, set};

both_engines!(
    an_account_has_statuses_of_its_own,
    a_task_has_a_status_of_the_accounts_own,
    news_call_a_status_by_its_own_name,
    a_status_that_a_task_has_stays,
);

async fn add(by: &Client, name: &str, counts_as: &str) -> Value {
    let body = json!({"name": name, "color": "#3B82F6", "counts_as": counts_as});
    by.post("/v1/task-statuses", body).await.expect(201).json()
}

async fn names(of: &Client) -> Vec<String> {
    let listed = of.get("/v1/task-statuses").await.expect(200).json();
    listed.items().iter().map(|it| it["name"].text().to_owned()).collect()
}

/// STA-2
async fn an_account_has_statuses_of_its_own(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let boris = anna.employee("boris").await;
    let made = add(&anna, "Waits for parts", "deferred").await;
    assert_eq!((&made["color"], &made["counts_as"]), (&json!("#3b82f6"), &json!("deferred")));
    add(&anna, "Is tested", "in_progress").await;
    let one = format!("/v1/task-statuses/{}", made.id());
    assert_eq!(boris.get(&one).await.expect(200).json(), made);
    other.get(&one).await.expect(404).problem("not_found");
    for (body, pointer, code) in [
        (json!({"name": "", "color": "#000000", "counts_as": "new"}), "/name", "empty"),
        (json!({"name": "X", "color": "red", "counts_as": "new"}), "/color", "invalid"),
        (json!({"name": "X", "color": "#000000", "counts_as": "open"}), "/counts_as", "invalid"),
        (
            json!({"name": "X", "color": "#000000", "counts_as": "new", "position": -1}),
            "/position",
            "out_of_range",
        ),
    ] {
        let refused = anna.post("/v1/task-statuses", body).await.expect(422);
        refused.problem_at("validation_failed", &[(pointer, code)]);
    }
    assert_eq!(names(&boris).await, ["Waits for parts", "Is tested"]);
    let tag = anna.get(&one).await.expect(200).header("etag").unwrap().to_owned();
    let changed = anna.patch(&one, json!({"position": 1, "counts_as": "new"})).await.expect(200).json();
    assert_eq!((&changed["position"], &changed["counts_as"]), (&json!(1), &json!("new")));
    let late = anna.patch(&one, json!({"name": "X"})).header("if-match", tag).await;
    late.expect(412).problem("stale_version");
    assert_eq!(names(&boris).await, ["Is tested", "Waits for parts"]);
    anna.delete(&one).await.expect(204);
    assert_eq!(names(&boris).await, ["Is tested"]);
    for n in 1..100 {
        add(&anna, &n.to_string(), "done").await;
    }
    let body = json!({"name": "X", "color": "#000000", "counts_as": "new"});
    anna.post("/v1/task-statuses", body).await.expect(409).problem("too_many_statuses");
}

/// STA-2, STA-5
async fn a_task_has_a_status_of_the_accounts_own(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let (boris, olga) = (anna.employee("boris").await, anna.employee("olga").await);
    let foreign = add(&other, "Foreign", "done").await;
    let (tested, lost) = (add(&anna, "Is tested", "in_progress").await, add(&anna, "Lost", "rejected").await);
    let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
    assert_eq!(task["custom_status"], Value::Null);
    let change = async |by: &Client, body: Value| by.patch(path(&task, ""), body).await.expect(200).json();
    let shown = change(&boris, json!({"custom_status_id": tested.id()})).await;
    let status = json!({"id": tested.id(), "name": "Is tested", "color": "#3b82f6"});
    assert_eq!((&shown["status"], &shown["custom_status"]), (&json!("in_progress"), &status));
    let find = async |query: &str| anna.get(format!("/v1/tasks?{query}")).await;
    assert_eq!(find("status=in_progress").await.expect(200).json().items()[0], shown);
    let (found, none) = (format!("custom_status={}", tested.id()), format!("custom_status={}", lost.id()));
    assert_eq!(find(&found).await.expect(200).json().items()[0], shown);
    assert!(find(&none).await.expect(200).json().items().is_empty());
    let answer = find(&format!("custom_status={}", foreign.id())).await.expect(404);
    answer.problem_at("not_found", &[("?custom_status", "unknown_id")]);
    let shown = change(&boris, json!({"custom_status_id": lost.id()})).await;
    assert_eq!((&shown["status"], shown["closed_at"].is_string()), (&json!("rejected"), true));
    let shown = change(&boris, json!({"custom_status_id": null})).await;
    assert_eq!((&shown["status"], &shown["custom_status"]), (&json!("rejected"), &Value::Null));
    change(&boris, json!({"custom_status_id": tested.id()})).await;
    let shown = change(&anna, json!({"status": "in_progress"})).await;
    assert_eq!((&shown["status"], &shown["custom_status"]), (&json!("in_progress"), &Value::Null));
    for id in [foreign.id(), NOBODY] {
        let answer = anna.patch(path(&task, ""), json!({"custom_status_id": id})).await.expect(404);
        answer.problem_at("not_found", &[("/custom_status_id", "unknown_id")]);
    }
    let both = json!({"custom_status_id": tested.id(), "status": "done"});
    let answer = anna.patch(path(&task, ""), both).await.expect(422);
    answer.problem_at("validation_failed", &[("/custom_status_id", "invalid")]);
    // Of several assignees it is the task's, not theirs.
    change(&anna, json!({"custom_status_id": tested.id(), "assignees": [boris.me.id(), olga.me.id()]})).await;
    let shown = change(&boris, json!({"custom_status_id": tested.id()})).await;
    assert_eq!((&shown["status"], &shown["custom_status"]), (&json!("new"), &Value::Null));
    let shown = change(&olga, json!({"custom_status_id": tested.id()})).await;
    assert_eq!((&shown["status"], &shown["custom_status"]), (&json!("in_progress"), &status));
}

/// STA-2, CLI-4: of another name, too, for the same standard status.
async fn news_call_a_status_by_its_own_name(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let on = json!({"items": [{"type": "status_changed", "enabled": true}]});
    anna.patch("/v1/settings/contact-mail/notifications", on).await.expect(200);
    let ivan = anna.contact("ivan").await;
    let (waits, tested) =
        (add(&anna, "Waits for parts", "in_progress").await, add(&anna, "Is tested", "in_progress").await);
    let body = json!({"title": "Gate", "assigner": ivan.id(), "assignees": [anna.me.id()]});
    let task = set(&anna, body).await;
    for status in [&waits, &tested] {
        anna.patch(path(&task, ""), json!({"custom_status_id": status.id()})).await.expect(200);
    }
    anna.patch(format!("/v1/task-statuses/{}", waits.id()), json!({"name": "Waits"})).await.expect(200);
    app.work().await;
    let mails = app.mail().take();
    let texts: Vec<String> = mails.iter().map(|it| read_mail(&it.message).text().to_owned()).collect();
    assert!(texts.len() == 2 && texts.iter().any(|it| it.contains("Waits for parts")), "{texts:?}");
    assert!(texts.iter().any(|it| it.contains("Is tested")), "{texts:?}");
}

/// STA-2
async fn a_status_that_a_task_has_stays(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let status = add(&anna, "Is tested", "in_progress").await;
    let one = format!("/v1/task-statuses/{}", status.id());
    let task = set(&anna, json!({"title": "Gate"})).await;
    let take = || anna.patch(path(&task, ""), json!({"custom_status_id": status.id()}));
    take().await.expect(200);
    anna.delete(&one).await.expect(409).problem("status_in_use");
    anna.patch(&one, json!({"counts_as": "done"})).await.expect(409).problem("status_in_use");
    anna.patch(&one, json!({"name": "Tested", "color": "#000000"})).await.expect(200);
    let shown = anna.get(path(&task, "")).await.expect(200).json();
    assert_eq!(shown["custom_status"]["name"], "Tested");
    anna.patch(path(&task, ""), json!({"status": "done"})).await.expect(200);
    // Who takes it while it is deleted comes before that or finds nothing.
    let (taken, deleted) = join(take().into_future(), anna.delete(&one).into_future()).await;
    match (taken.status, deleted.status) {
        (200, 409) | (404, 204) => {}
        other => panic!("{other:?}"),
    }
}
