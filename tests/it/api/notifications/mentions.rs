//! `@login` in a comment (COM-4).

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{feed, types};
use crate::api::tasks::{mailed, path, set};

both_engines!(
    who_is_named_is_addressed_and_takes_part,
    who_is_named_and_addressed_gets_one_notice,
    a_hidden_comment_is_for_those_it_names,
    who_is_named_in_what_is_held_is_told_when_it_leaves,
    nobody_from_outside_calls_an_employee,
);

fn audience(comment: &Value) -> Vec<&str> {
    comment["audience"].as_array().unwrap().iter().map(|it| it["name"].text()).collect()
}

/// COM-4: employees only, whoever else is called so; the author not by himself.
async fn who_is_named_is_addressed_and_takes_part(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Gate"})).await;
    boris.get(path(&task, "")).await.expect(404);
    let body = json!({"text": "@Boris, ask @ivan, @anna or boris@acme.example.", "notify": [ivan.id()]});
    let comment = anna.post(path(&task, "/comments"), body).await.expect(201).json();
    assert_eq!(audience(&comment), ["ivan", "boris"]);
    let told = feed(&boris).await;
    assert_eq!(
        (told.len(), &told[0]["type"], &told[0]["comment_id"]),
        (1, &json!("mention"), &comment["id"])
    );
    assert_eq!(types(&anna).await, [""; 0]);
    let shown = boris.get(path(&task, "")).await.expect(200).json();
    let names: Vec<&str> =
        shown["participants"].as_array().unwrap().iter().map(|it| it["name"].text()).collect();
    assert!(names.contains(&"boris"), "{names:?}");
    let deliveries = comment["deliveries"].as_array().unwrap();
    let his = deliveries.iter().find(|it| it["person"]["name"] == "boris").unwrap();
    assert_eq!((&his["channel"], &his["state"]), (&json!("in_app"), &json!("delivered")));
    anna.patch(format!("/v1/comments/{}", comment.id()), json!({"text": "@boris @boris"})).await.expect(200);
    assert_eq!(types(&boris).await.len(), 1, "an edit names nobody anew");
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

async fn who_is_named_and_addressed_gets_one_notice(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate"})).await;
    let body = json!({"html": "<p>@boris and @boris</p>", "notify": [boris.me.id()]});
    anna.post(path(&task, "/comments"), body.clone()).await.expect(201);
    assert_eq!(types(&boris).await, ["mention"]);
    let off = json!({"types": {"mention": {"in_app": false}}});
    boris.patch("/v1/notification-settings", off).await.expect(200);
    anna.post(path(&task, "/comments"), body).await.expect(201);
    assert_eq!(types(&boris).await, ["new_comment", "mention"], "addressed he is all the same");
}

/// COM-5
async fn a_hidden_comment_is_for_those_it_names(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id(), vera.me.id()]})).await;
    let body = json!({"text": "Between us, @boris", "hidden": true});
    let comment = anna.post(path(&task, "/comments"), body).await.expect(201).json();
    for (client, expected) in [(&boris, 200), (&vera, 404)] {
        client.get(format!("/v1/comments/{}", comment.id())).await.expect(expected);
        assert_eq!(types(client).await.len(), usize::from(expected == 200));
    }
}

/// COM-8
async fn who_is_named_in_what_is_held_is_told_when_it_leaves(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate"})).await;
    let at = json!(app.clock().now() + TimeDelta::minutes(5));
    let held = anna
        .post(path(&task, "/comments"), json!({"text": "@boris", "send_at": at}))
        .await
        .expect(201)
        .json();
    assert_eq!((audience(&held), types(&boris).await), (vec![], vec![]));
    app.clock().advance(TimeDelta::minutes(5));
    app.work().await;
    assert_eq!(types(&boris).await, ["mention"]);
}

/// S2: a mail or the portal brings no colleague into a task.
async fn nobody_from_outside_calls_an_employee(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Gate", "participants": [ivan.id()]})).await;
    let to = format!("task+{}@acme.liaison.test", task["number"]);
    let mail =
        format!("From: ivan@client.example\r\nTo: {to}\r\nSubject: Gate\r\n\r\n@boris, let me in.\r\n");
    crate::mail::hand_in_from(&app, "ivan@client.example", mail.as_bytes(), &[&to]).await.expect(202);
    app.work().await;
    let said = anna.get(path(&task, "/comments")).await.expect(200).json();
    assert_eq!(said.items()[0]["origin"], "email", "{said}");
    assert_eq!(types(&boris).await, [""; 0]);
    boris.get(path(&task, "")).await.expect(404);
}
