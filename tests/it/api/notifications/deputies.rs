//! `/v1/employees/{id}/deputy` (NTF-10)

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{feed, types};
use crate::api::tasks::{NOBODY, mailed, path, set};

both_engines!(
    a_deputy_is_told_of_what_the_absent_one_is_told_of,
    a_deputy_takes_the_most_senior_role_of_the_absent_one,
    nobody_stands_in_for_a_deputy_or_beyond_his_time,
    an_employee_and_administrators_choose_his_deputy,
);

fn at(client: &Client) -> String {
    format!("/v1/employees/{}/deputy", client.me.id())
}

async fn absent(client: &Client, deputy: &Client) {
    client.put(at(client), json!({"employee_id": deputy.me.id()})).await.expect(200);
}

async fn write(client: &Client, task: &Value, comment: Value) {
    client.post(path(task, "/comments"), comment).await.expect(201);
}

/// The roles that somebody has in a task.
async fn roles(client: &Client, task: &Value, person: &Client) -> Vec<&'static str> {
    let shown = client.get(path(task, "")).await.expect(200).json();
    let holds = |role: &&str| shown[*role].as_array().unwrap().iter().any(|it| it["id"] == person.me["id"]);
    ["assignees", "participants", "auditors"].into_iter().filter(holds).collect()
}

/// NTF-10, NTF-5, R8, COM-5: by the ways that he wants himself; once, and nothing of what he did or may not see.
async fn a_deputy_is_told_of_what_the_absent_one_is_told_of(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    vera.set_mail(true).await;
    absent(&boris, &vera).await;
    let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
    write(&anna, &task, json!({"text": "See", "notify": [boris.me.id()]})).await;
    let told = feed(&vera).await;
    assert_eq!(types(&vera).await, ["new_comment", "new_task"]);
    assert!(told.iter().all(|it| it["detail"] == "boris" && it["author"]["id"] == anna.me["id"]), "{told:?}");
    assert_eq!(types(&boris).await, ["new_comment", "new_task"], "he is told all the same");
    app.work().await;
    assert_eq!(mailed(&app).await, ["vera@acme.example"; 2], "as she wants it herself");
    write(&anna, &task, json!({"text": "Both", "notify": [boris.me.id(), vera.me.id()]})).await;
    assert_eq!((types(&vera).await.len(), feed(&vera).await[0]["detail"].clone()), (3, Value::Null));
    write(&vera, &task, json!({"text": "Hers", "notify": [boris.me.id()]})).await;
    write(&anna, &task, json!({"text": "Secret", "notify": [boris.me.id()], "hidden": true})).await;
    assert_eq!((types(&vera).await.len(), types(&boris).await.len()), (3, 5));
    app.work().await;
    assert_eq!(mailed(&app).await.len(), 1);
    let muted = json!({"mode": "off"});
    boris.put(path(&task, "/notification-settings"), muted).await.expect(200);
    write(&anna, &task, json!({"text": "Quiet", "notify": [boris.me.id()]})).await;
    assert_eq!(types(&vera).await.len(), 3, "what he wants to be told nothing of");
    boris.delete(at(&boris)).await.expect(204);
    set(&anna, json!({"title": "Fence", "assignees": [boris.me.id()]})).await;
    assert_eq!(types(&vera).await.len(), 3);
    assert_eq!(roles(&anna, &task, &vera).await, ["assignees"], "she stays");
}

/// NTF-10: where he has none; also where the absent one is added later.
async fn a_deputy_takes_the_most_senior_role_of_the_absent_one(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    absent(&boris, &vera).await;
    let id = boris.me.id();
    for (people, expected) in [
        (json!({"assignees": [id], "auditors": [id]}), "assignees"),
        (json!({"participants": [id], "auditors": [id]}), "auditors"),
        (json!({"participants": [id]}), "participants"),
        (json!({"participants": [id, vera.me.id()], "auditors": [id]}), "participants"),
    ] {
        let mut body = people.clone();
        body["title"] = json!("Gate");
        let task = set(&anna, body).await;
        write(&anna, &task, json!({"text": "See", "notify": [id]})).await;
        assert_eq!(roles(&anna, &task, &vera).await, [expected], "{people}");
        vera.get(path(&task, "")).await.expect(200);
    }
    let task = set(&anna, json!({"title": "Later"})).await;
    anna.patch(path(&task, ""), json!({"assignees": [id]})).await.expect(200);
    assert_eq!(roles(&anna, &task, &vera).await, ["assignees"]);
    let own = set(&boris, json!({"title": "His own", "assignees": [anna.me.id()]})).await;
    write(&anna, &own, json!({"text": "Done?", "notify": [id]})).await;
    assert_eq!(roles(&anna, &own, &vera).await, ["auditors"], "there is one assigner");
}

/// NTF-10, NTF-9
async fn nobody_stands_in_for_a_deputy_or_beyond_his_time(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let task = async || {
        app.clock().advance(TimeDelta::seconds(1));
        set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
        (types(&boris).await.len(), types(&vera).await.len(), types(&anna).await.len())
    };
    absent(&boris, &vera).await;
    absent(&vera, &boris).await;
    assert_eq!(task().await, (1, 1, 0), "a circle is one step");
    let olga = anna.employee("olga").await;
    absent(&vera, &olga).await;
    assert_eq!((task().await, types(&olga).await.len()), ((2, 2, 0), 0));
    let now = app.clock().now();
    let (from, until) = (now + TimeDelta::minutes(5), now + TimeDelta::minutes(10));
    let body = json!({"employee_id": vera.me.id(), "from": from, "until": until});
    let chosen = boris.put(at(&boris), body).await.expect(200).json();
    assert_eq!((&chosen["from"], &chosen["until"]), (&json!(from), &json!(until)));
    assert_eq!(task().await, (3, 2, 0), "not yet");
    app.clock().advance(TimeDelta::minutes(5));
    assert_eq!(task().await, (4, 3, 0));
    app.clock().advance(TimeDelta::minutes(5));
    assert_eq!(task().await, (5, 3, 0), "not any more");
    absent(&boris, &vera).await;
    let inactive = json!({"status": "inactive"});
    anna.patch(format!("/v1/employees/{}", vera.me.id()), inactive).await.expect(200);
    let last = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
    assert_eq!(roles(&anna, &last, &vera).await, [""; 0]);
}

/// S6
async fn an_employee_and_administrators_choose_his_deputy(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let nobody = json!({"employee": null, "from": null, "until": null});
    assert_eq!(boris.get(at(&boris)).await.expect(200).json(), nobody);
    absent(&boris, &vera).await;
    assert_eq!(anna.get(at(&boris)).await.expect(200).json()["employee"]["id"], vera.me["id"]);
    let body = json!({"employee_id": anna.me.id()});
    assert_eq!(anna.put(at(&boris), body.clone()).await.expect(200).json()["employee"]["name"], "Anna");
    for refused in
        [vera.get(at(&boris)).await, vera.put(at(&boris), body).await, vera.delete(at(&boris)).await]
    {
        refused.expect(403).problem("forbidden");
    }
    anna.delete(at(&boris)).await.expect(204);
    anna.delete(at(&boris)).await.expect(204);
    assert_eq!(boris.get(at(&boris)).await.expect(200).json(), nobody);
    let inactive = json!({"status": "inactive"});
    anna.patch(format!("/v1/employees/{}", vera.me.id()), inactive).await.expect(200);
    for wrong in [&boris, &vera] {
        let answer = boris.put(at(&boris), json!({"employee_id": wrong.me.id()})).await;
        answer.expect(422).problem_names("/employee_id", "invalid");
    }
    let ivan = anna.contact("ivan").await;
    for unknown in [NOBODY, ivan.id()] {
        let answer = boris.put(at(&boris), json!({"employee_id": unknown})).await.expect(404);
        answer.problem_at("not_found", &[("/employee_id", "unknown_id")]);
    }
    let now = app.clock().now();
    let body = json!({"employee_id": anna.me.id(), "from": now, "until": now});
    boris.put(at(&boris), body).await.expect(422).problem_names("/until", "out_of_range");
    anna.get(format!("/v1/employees/{NOBODY}/deputy")).await.expect(404);
}
