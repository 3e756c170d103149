//! `PATCH /v1/tasks/{id}`

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{NOBODY, ids, path, set};

both_engines!(
    what_is_absent_stays_and_null_clears,
    what_cannot_be_null_is_refused,
    a_list_of_people_is_replaced_whole,
    who_is_there_already_may_stay_whatever_became_of_him,
    a_person_who_may_not_take_part_is_refused,
    a_task_has_one_assigner,
    a_task_is_closed_when_its_status_is_and_opened_with_it,
    a_task_is_never_above_itself,
    a_parent_that_the_caller_does_not_see_stays,
    what_the_caller_does_not_see_becomes_no_parent,
    a_change_of_what_somebody_changed_meanwhile_is_refused,
    changes_at_the_same_time_are_all_made,
    a_patch_without_changes_changes_nothing,
    a_merge_patch_is_taken_under_its_own_type,
    who_may_not_see_a_task_cannot_change_it,
);

async fn what_is_absent_stays_and_null_clears(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let parent = set(&anna, json!({"title": "Above"})).await;
    let body = json!({
        "title": "Repair",
        "description": "<b>All</b>",
        "description_format": "html",
        "priority": "urgent",
        "start_at": "2030-02-01T00:00:00Z",
        "deadline": "2030-02-03T00:00:00Z",
        "parent_id": parent.id(),
        "participants": [anna.me.id()],
    });
    let task = set(&anna, body).await;
    app.clock().advance(TimeDelta::seconds(1));
    let changed = anna.patch(path(&task, ""), json!({"title": "Replace"})).await.expect(200).json();
    let expected = |changes: &[(&str, Value)]| {
        let mut expected = task.clone();
        expected["updated_at"] = json!("2030-01-01T00:00:01Z");
        for (field, value) in changes {
            expected[field] = value.clone();
        }
        expected
    };
    assert_eq!(changed, expected(&[("title", json!("Replace"))]));
    let cleared = json!({"description": null, "start_at": null, "deadline": null, "parent_id": null, "title": "Repair"});
    let changed = anna.patch(path(&task, ""), cleared).await.expect(200).json();
    let empty = ["start_at", "deadline", "parent_id"].map(|field| (field, Value::Null));
    let texts = ["description", "description_text"].map(|field| (field, json!("")));
    assert_eq!(changed, expected(&[&empty[..], &texts].concat()));
    assert_eq!(anna.get(path(&task, "")).await.expect(200).json(), changed);
}

async fn what_cannot_be_null_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Repair"})).await;
    for field in ["title", "status", "priority", "assigner", "assignees", "participants", "auditors"] {
        let answer = anna.patch(path(&task, ""), json!({field: null})).await.expect(422);
        answer.problem_at("validation_failed", &[(&format!("/{field}"), "wrong_type")]);
    }
    for (body, pointer, code) in [
        (json!({"status": "open"}), "/status", "invalid"),
        (json!({"title": ""}), "/title", "empty"),
        (json!({"description": "x".repeat(64 * 1024 + 1)}), "/description", "too_long"),
        (json!({"deadline": "-262143-01-01T00:00:00Z"}), "/deadline", "out_of_range"),
        (json!({"assignees": vec![NOBODY; 201]}), "/assignees", "too_many"),
        (json!({"number": 2}), "/number", "unknown_field"),
    ] {
        let answer = anna.patch(path(&task, ""), body).await.expect(422);
        answer.problem_at("validation_failed", &[(pointer, code)]);
    }
    assert_eq!(anna.get(path(&task, "")).await.expect(200).json(), task);
}

async fn a_list_of_people_is_replaced_whole(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let body =
        json!({"title": "Ours", "assignees": [boris.me.id()], "participants": [anna.me.id(), ivan.id()]});
    let task = set(&anna, body).await;
    let body = json!({"participants": [ivan.id(), boris.me.id()], "auditors": [anna.me.id()]});
    let changed = anna.patch(path(&task, ""), body).await.expect(200).json();
    assert_eq!(ids(&changed["assignees"]), [boris.me.id()]);
    assert_eq!(ids(&changed["participants"]), [boris.me.id(), ivan.id()]);
    assert_eq!(ids(&changed["auditors"]), [anna.me.id()]);
    let changed = anna.patch(path(&task, ""), json!({"participants": []})).await.expect(200).json();
    assert_eq!(changed["participants"], json!([]));
}

/// A frontend sends back the list that it read; CONF-1 is for who joins.
async fn who_is_there_already_may_stay_whatever_became_of_him(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (gone, shy) = (anna.contact("gone").await, anna.contact("shy").await);
    let people = json!([gone.id(), shy.id()]);
    let task = set(&anna, json!({"title": "Ours", "assigner": shy.id(), "participants": people})).await;
    anna.delete(format!("/v1/contacts/{}", gone.id())).await.expect(204);
    let off = json!({"selectable_as_participant": false});
    anna.patch(format!("/v1/contacts/{}", shy.id()), off).await.expect(200);
    let body = json!({"assigner": shy.id(), "participants": [anna.me.id(), gone.id(), shy.id()]});
    let changed = anna.patch(path(&task, ""), body).await.expect(200).json();
    assert_eq!(ids(&changed["participants"]), [anna.me.id(), gone.id(), shy.id()]);
    let answer =
        anna.patch(path(&task, ""), json!({"assignees": [anna.me.id(), shy.id()]})).await.expect(422);
    answer.problem_at("contact_not_selectable", &[("/assignees/1", "not_selectable")]);
}

/// S6, CONF-1
async fn a_person_who_may_not_take_part_is_refused(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let shy = anna.post("/v1/contacts", json!({"name": "Shy"})).await.expect(201).json();
    let task = set(&anna, json!({"title": "Ours"})).await;
    for field in ["assignees", "participants", "auditors"] {
        let body = json!({field: [other.me.id()]});
        let answer = anna.patch(path(&task, ""), body).await.expect(404);
        answer.problem_at("not_found", &[(&format!("/{field}/0"), "unknown_id")]);
        let answer = anna.patch(path(&task, ""), json!({field: [shy.id()]})).await.expect(422);
        answer.problem_at("contact_not_selectable", &[(&format!("/{field}/0"), "not_selectable")]);
    }
    let answer = anna.patch(path(&task, ""), json!({"assigner": other.me.id()})).await.expect(404);
    answer.problem_at("not_found", &[("/assigner", "unknown_id")]);
    assert_eq!(anna.get(path(&task, "")).await.expect(200).json(), task);
}

/// ROL-1: who hands a task over and holds no other role in it sees it for the last time.
async fn a_task_has_one_assigner(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&boris, json!({"title": "His"})).await;
    let changed = boris.patch(path(&task, ""), json!({"assigner": anna.me.id()})).await.expect(200).json();
    assert_eq!(changed["assigner"]["id"], anna.me["id"]);
    boris.get(path(&task, "")).await.expect(404).problem("not_found");
}

/// STA-1, STA-2
async fn a_task_is_closed_when_its_status_is_and_opened_with_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let mut expected = Value::Null;
    for (second, status) in [
        (1, "in_progress"),
        (2, "done"),
        (3, "deferred"),
        (4, "completed"),
        (5, "cancelled"),
        (6, "new"),
        (7, "rejected"),
        (8, "draft"),
    ] {
        app.clock().advance(TimeDelta::seconds(1));
        let changed = anna.patch(path(&task, ""), json!({"status": status})).await.expect(200).json();
        assert_eq!(changed["status"], status);
        match status {
            // The time of the first closing stays while it is closed.
            "completed" | "rejected" => expected = json!(format!("2030-01-01T00:00:0{second}Z")),
            "cancelled" => {}
            _ => expected = Value::Null,
        }
        assert_eq!(changed["closed_at"], expected, "{status}");
        assert_eq!(changed["updated_at"], format!("2030-01-01T00:00:0{second}Z"));
    }
}

async fn a_task_is_never_above_itself(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let top = set(&anna, json!({"title": "Top"})).await;
    let middle = set(&anna, json!({"title": "Middle", "parent_id": top.id()})).await;
    let bottom = set(&anna, json!({"title": "Bottom", "parent_id": middle.id()})).await;
    for below in [&top, &middle, &bottom] {
        let answer = anna.patch(path(&top, ""), json!({"parent_id": below.id()})).await.expect(422);
        answer.problem_at("validation_failed", &[("/parent_id", "invalid")]);
    }
    anna.patch(path(&bottom, ""), json!({"parent_id": top.id()})).await.expect(200);
    anna.patch(path(&middle, ""), json!({"parent_id": bottom.id()})).await.expect(200);
}

/// Who sees the lower task alone can still work with it.
async fn a_parent_that_the_caller_does_not_see_stays(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let above = set(&anna, json!({"title": "Above"})).await;
    let body = json!({"title": "Below", "parent_id": above.id(), "auditors": [boris.me.id()]});
    let below = set(&anna, body).await;
    for change in [json!({"status": "done"}), json!({"title": "Beneath", "parent_id": above.id()})] {
        let changed = boris.patch(path(&below, ""), change).await.expect(200).json();
        assert_eq!(changed["parent_id"], above["id"]);
    }
}

/// S6
async fn what_the_caller_does_not_see_becomes_no_parent(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let boris = anna.employee("boris").await;
    let (hers, foreign) =
        (set(&anna, json!({"title": "Hers"})).await, set(&other, json!({"title": "Foreign"})).await);
    let his = set(&boris, json!({"title": "His"})).await;
    for id in [hers.id(), foreign.id(), NOBODY] {
        let answer = boris.patch(path(&his, ""), json!({"parent_id": id})).await.expect(404);
        answer.problem_at("not_found", &[("/parent_id", "unknown_id")]);
    }
}

/// RFC 9110 §13.1.1
async fn a_change_of_what_somebody_changed_meanwhile_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "1"})).await;
    let seen = anna.get(path(&task, "")).await.expect(200);
    let patch =
        |title: &str, tag: &str| anna.patch(path(&task, ""), json!({"title": title})).header("if-match", tag);
    let tag = seen.header("etag").unwrap();
    let changed = patch("2", tag).await.expect(200);
    patch("3", tag).await.expect(412).problem("stale_version");
    patch("3", "\"x\"").await.expect(412).problem("stale_version");
    assert_eq!(anna.get(path(&task, "")).await.expect(200).json()["title"], "2");
    patch("3", &format!("{tag}, {}", changed.header("etag").unwrap())).await.expect(200);
    patch("4", "*").await.expect(200);
}

/// Who sends no `If-Match` is never told that his sight is stale.
async fn changes_at_the_same_time_are_all_made(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let before = anna.get(path(&task, "")).await.expect(200);
    let changes = [json!({"priority": "low"}), json!({"status": "done"}), json!({"title": "Yours"})];
    let answers = join_all(changes.map(|it| anna.patch(path(&task, ""), it).into_future())).await;
    for answer in answers {
        answer.expect(200);
    }
    let after = anna.get(path(&task, "")).await.expect(200);
    let shown = after.json();
    assert_eq!((&shown["priority"], &shown["status"]), (&json!("low"), &json!("done")));
    assert_eq!(shown["title"], "Yours");
    assert_ne!(after.header("etag"), before.header("etag"));
}

async fn a_patch_without_changes_changes_nothing(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let before = anna.get(path(&task, "")).await.expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    let answer = anna.patch(path(&task, ""), json!({})).await.expect(200);
    assert_eq!(answer.json(), task);
    assert_eq!(answer.header("etag"), before.header("etag"));
}

/// RFC 7396
async fn a_merge_patch_is_taken_under_its_own_type(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let patch = |content_type: &str| {
        let call = anna.call(actix_web::http::Method::PATCH, path(&task, ""));
        call.body(content_type, r#"{"title": "Yours"}"#)
    };
    let changed = patch("application/merge-patch+json; charset=utf-8").await.expect(200).json();
    assert_eq!(changed["title"], "Yours");
    patch("text/plain").await.expect(415).problem("unsupported_media_type");
}

/// S6
async fn who_may_not_see_a_task_cannot_change_it(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Hers"})).await;
    for client in [&boris, &other] {
        let call = client.patch(path(&task, ""), json!({"title": "Mine"}));
        call.header("if-match", "\"7\"").await.expect(404).problem("not_found");
    }
}
