//! `/v1/notification-settings`

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::types;
use crate::api::tasks::{mailed, path, set};

both_engines!(
    an_employee_is_told_as_he_decides,
    a_new_employee_is_told_by_default,
    administrators_decide_for_others,
    nobody_is_mailed_while_he_is_not_to_be_disturbed,
    hours_that_are_none_are_refused,
);

const PATH: &str = "/v1/notification-settings";

async fn tell(anna: &Client, boris: &Client) -> Value {
    let task = set(anna, json!({"title": "Gate", "participants": [boris.me.id()]})).await;
    let body = json!({"text": "See", "notify": [boris.me.id()]});
    anna.post(path(&task, "/comments"), body).await.expect(201).json()
}

/// NTF-1: each channel of each type for itself; the author learns who is told nothing.
async fn an_employee_is_told_as_he_decides(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let by_mail = json!({"types": {"new_comment": {"in_app": false, "email": true}}});
    let changed = boris.patch(PATH, by_mail).await.expect(200).json();
    assert_eq!(changed["types"]["new_comment"], json!({"in_app": false, "email": true}));
    let told = tell(&anna, &boris).await;
    let channels: Vec<&str> =
        told["deliveries"].as_array().unwrap().iter().map(|it| it["channel"].text()).collect();
    assert_eq!((channels, &told["warnings"]), (vec!["mail"], &json!([])));
    assert_eq!((types(&boris).await.len(), mailed(&app).await), (0, vec!["boris@acme.example".to_owned()]));
    boris.patch(PATH, json!({"types": {"new_comment": {"email": false}}})).await.expect(200);
    let told = tell(&anna, &boris).await;
    assert_eq!((types(&boris).await.len(), mailed(&app).await.len()), (0, 0));
    assert_eq!(told["warnings"][0]["code"], "muted");
    let skipped = &told["deliveries"][0];
    assert_eq!(
        (&skipped["channel"], &skipped["state"], &skipped["detail"]),
        (&json!("in_app"), &json!("skipped"), &json!("muted"))
    );
}

/// NTF-2, NTF-3, NTF-4
async fn a_new_employee_is_told_by_default(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"name": "Olga", "login": "olga", "email": "olga@acme.example", "role": "member",
        "password": support::PASSWORD});
    anna.post("/v1/employees", body).await.expect(201);
    let olga = app.sign_in("acme", "olga@acme.example").await;
    let settings = olga.get(PATH).await.expect(200);
    let (on, off) = (json!({"in_app": true, "email": true}), json!({"in_app": false, "email": false}));
    let expected = json!({
        "types": {
            "new_task": on, "added_as_participant": off, "added_as_auditor": off, "new_comment": on, "mention": on,
            "task_accepted": on, "task_rejected": on, "status_changed": on,
        },
        "do_not_disturb": null,
    });
    assert_eq!(settings.json(), expected);
    tell(&anna, &olga).await;
    assert_eq!((types(&olga).await.len(), mailed(&app).await.len()), (1, 1));
    let version = settings.header("etag").unwrap();
    let change = json!({"types": {"mention": {"email": false}}});
    olga.patch(PATH, change.clone()).header("if-match", version).await.expect(200);
    olga.patch(PATH, change).header("if-match", version).await.expect(412).problem("stale_version");
}

/// NTF-1
async fn administrators_decide_for_others(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let his = format!("/v1/employees/{}/notification-settings", boris.me.id());
    let off = json!({"types": {"new_comment": {"in_app": false}}});
    vera.get(&his).await.expect(403).problem("forbidden");
    vera.patch(&his, off.clone()).await.expect(403).problem("forbidden");
    anna.patch(&his, off).await.expect(200);
    let seen = boris.get(PATH).await.expect(200).json();
    assert_eq!(
        (&seen, &seen["types"]["new_comment"]["in_app"]),
        (&anna.get(&his).await.expect(200).json(), &json!(false))
    );
    let ivan = anna.contact("ivan").await;
    anna.get(format!("/v1/employees/{}/notification-settings", ivan.id())).await.expect(404);
}

/// NTF-7: in his own night; the feed is filled all the same.
async fn nobody_is_mailed_while_he_is_not_to_be_disturbed(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    boris.set_mail(true).await;
    let local = (app.clock().now() + TimeDelta::hours(9)).time();
    let time = |minutes: i64| (local + TimeDelta::minutes(minutes)).format("%H:%M").to_string();
    let hours = json!({"from": time(-60), "to": time(60), "time_zone": "Asia/Tokyo"});
    let changed = boris.patch(PATH, json!({"do_not_disturb": hours})).await.expect(200).json();
    assert_eq!(changed["do_not_disturb"], hours);
    boris.patch(PATH, json!({"types": {"new_comment": {"in_app": false}}})).await.expect(200);
    tell(&anna, &boris).await;
    assert_eq!((types(&boris).await.len(), mailed(&app).await.len()), (1, 0));
    let later = json!({"do_not_disturb": {"from": time(30)}});
    boris.patch(PATH, later).await.expect(200);
    tell(&anna, &boris).await;
    assert_eq!((types(&boris).await.len(), mailed(&app).await.len()), (1, 1));
    let cleared = boris.patch(PATH, json!({"do_not_disturb": null})).await.expect(200).json();
    assert_eq!(cleared["do_not_disturb"], Value::Null);
}

async fn hours_that_are_none_are_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for (hours, pointer, code) in [
        (json!({"from": "20:00", "to": "08:00"}), "/do_not_disturb/time_zone", "required"),
        (json!({"from": "20:00", "to": "8", "time_zone": "UTC"}), "/do_not_disturb/to", "invalid"),
        (json!({"from": "20:00", "to": "20:00", "time_zone": "UTC"}), "/do_not_disturb/to", "invalid"),
        (
            json!({"from": "20:00", "to": "08:00", "time_zone": "Mars"}),
            "/do_not_disturb/time_zone",
            "invalid",
        ),
    ] {
        let answer = anna.patch(PATH, json!({"do_not_disturb": hours})).await;
        answer.expect(422).problem_names(pointer, code);
    }
    let surprise = json!({"types": {"new_comment": {"sms": true}}});
    anna.patch(PATH, surprise).await.expect(422).problem_names("/types/new_comment/sms", "unknown_field");
}
