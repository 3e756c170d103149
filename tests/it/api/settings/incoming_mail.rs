//! `GET`, `PATCH /v1/settings/incoming-mail`

use serde_json::json;
use support::{TestApp, both_engines};

both_engines!(
    the_defaults_are_in_force_until_somebody_changes_them,
    a_switch_is_changed_alone_and_for_this_account_only,
    settings_are_for_administrators,
    of_two_changes_of_one_version_the_second_is_refused,
);

const PATH: &str = "/v1/settings/incoming-mail";

/// IN-1 … IN-8, DET
async fn the_defaults_are_in_force_until_somebody_changes_them(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let defaults = json!({
        "known_senders_only": false,
        "reply_to_inactive": "comment",
        "match_subject_and_sender": true,
        "match_sender_only": false,
        "mailed_comments_notify_contacts": true,
        "add_original_recipients": false,
        "accept_robots": false,
        "match_ticket_marks": false,
        "author_from_reply_to": false,
    });
    assert_eq!(anna.get(PATH).await.expect(200).json(), defaults);
    assert_eq!(anna.patch(PATH, json!({})).await.expect(200).json(), defaults);
}

async fn a_switch_is_changed_alone_and_for_this_account_only(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let mut expected = anna.get(PATH).await.expect(200).json();
    let switches = expected.as_object().unwrap().clone();
    for (name, old) in switches {
        let new = old.as_bool().map_or(json!("new_task"), |it| json!(!it));
        expected[&name] = new.clone();
        assert_eq!(anna.patch(PATH, json!({name: new})).await.expect(200).json(), expected);
        assert_eq!(anna.get(PATH).await.expect(200).json(), expected);
    }
    assert_eq!(other.get(PATH).await.expect(200).json()["reply_to_inactive"], "comment");
    anna.patch(PATH, json!({"reply_to_inactive": "bounce"}))
        .await
        .expect(422)
        .problem_names("/reply_to_inactive", "invalid");
}

async fn settings_are_for_administrators(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (member, admin) = (anna.employee("member").await, anna.admin("admin").await);
    member.get(PATH).await.expect(403).problem("forbidden");
    member.patch(PATH, json!({"accept_robots": true})).await.expect(403).problem("forbidden");
    admin.patch(PATH, json!({"accept_robots": true})).await.expect(200);
}

async fn of_two_changes_of_one_version_the_second_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for n in 0..2 {
        let tag = anna.get(PATH).await.expect(200).header("etag").unwrap().to_owned();
        let change = |on: bool| anna.patch(PATH, json!({"accept_robots": on})).header("If-Match", &tag);
        change(n == 0).await.expect(200);
        change(n == 1).await.expect(412).problem("stale_version");
    }
}
