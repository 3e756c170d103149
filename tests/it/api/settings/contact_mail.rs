//! `GET`, `PATCH /v1/settings/contact-mail`; what the settings do stands in `jobs::contact_mail`.

use serde_json::{Value, json};
use support::{TestApp, both_engines};

both_engines!(
    the_defaults_are_in_force_until_somebody_changes_them,
    a_setting_is_changed_alone_and_for_this_account_only,
    what_is_out_of_its_limits_is_refused,
    settings_are_for_administrators,
    of_two_changes_of_one_version_the_second_is_refused,
);

const PATH: &str = "/v1/settings/contact-mail";

fn defaults() -> Value {
    json!({
        "unique_reply_address": true,
        "attach_files": true,
        "plain_text_part": true,
        "history_messages": 0,
        "show_all_recipients": false,
        "staff_without_email": "omit",
        "open_tracking": false,
        "compose_task_template": null,
        "reply_marker": true,
        "suppressed_addresses": [],
    })
}

/// Product §4
async fn the_defaults_are_in_force_until_somebody_changes_them(app: TestApp) {
    let anna = app.sign_up("acme").await;
    assert_eq!(anna.get(PATH).await.expect(200).json(), defaults());
    assert_eq!(anna.patch(PATH, json!({})).await.expect(200).json(), defaults());
}

async fn a_setting_is_changed_alone_and_for_this_account_only(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let mut expected = defaults();
    for (name, value) in [
        ("unique_reply_address", json!(false)),
        ("attach_files", json!(false)),
        ("plain_text_part", json!(false)),
        ("history_messages", json!(20)),
        ("show_all_recipients", json!(true)),
        ("staff_without_email", json!("internal_address")),
        ("open_tracking", json!(true)),
        ("compose_task_template", Value::Null),
        ("reply_marker", json!(false)),
        ("suppressed_addresses", json!(["Ivan@client.example"])),
    ] {
        expected[name] = value.clone();
        assert_eq!(anna.patch(PATH, json!({name: value})).await.expect(200).json(), expected);
        assert_eq!(anna.get(PATH).await.expect(200).json(), expected);
    }
    assert_eq!(other.get(PATH).await.expect(200).json(), defaults());
}

async fn what_is_out_of_its_limits_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for (field, value, pointer, code) in [
        ("history_messages", json!(21), "/history_messages", "out_of_range"),
        ("history_messages", json!(-1), "/history_messages", "out_of_range"),
        ("staff_without_email", json!("both"), "/staff_without_email", "invalid"),
        ("suppressed_addresses", json!(["a@x.example", "nobody"]), "/suppressed_addresses/1", "invalid"),
    ] {
        anna.patch(PATH, json!({field: value})).await.expect(422).problem_names(pointer, code);
    }
    let unknown = json!({"compose_task_template": anna.me["id"]});
    let answer = anna.patch(PATH, unknown).await.expect(404);
    answer.problem_at("not_found", &[("/compose_task_template", "unknown_id")]);
    assert_eq!(anna.get(PATH).await.expect(200).json(), defaults());
}

async fn settings_are_for_administrators(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (member, admin) = (anna.employee("member").await, anna.admin("admin").await);
    member.get(PATH).await.expect(403).problem("forbidden");
    member.patch(PATH, json!({"reply_marker": false})).await.expect(403).problem("forbidden");
    admin.patch(PATH, json!({"reply_marker": false})).await.expect(200);
}

async fn of_two_changes_of_one_version_the_second_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for n in 0..2 {
        let tag = anna.get(PATH).await.expect(200).header("etag").unwrap().to_owned();
        let change = |on: bool| anna.patch(PATH, json!({"reply_marker": on})).header("If-Match", &tag);
        change(n == 0).await.expect(200);
        change(n == 1).await.expect(412).problem("stale_version");
    }
}
