//! `GET`, `PATCH /v1/settings/contact-mail/notifications`

use serde_json::{Value, json};
use support::{TestApp, both_engines};

both_engines!(each_type_has_its_switch_and_its_template, of_two_changes_of_one_version_the_second_is_refused,);

const PATH: &str = "/v1/settings/contact-mail/notifications";

/// TPL-1
async fn each_type_has_its_switch_and_its_template(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let types = ["new_task", "new_comment", "task_from_mail", "task_accepted", "status_changed", "reminder"];
    let item = |(n, kind): (usize, &str)| json!({"type": kind, "enabled": n < 2, "template_id": null});
    let defaults: Vec<Value> = types.into_iter().enumerate().map(item).collect();
    let mut expected = json!({"items": defaults});
    assert_eq!(anna.get(PATH).await.expect(200).json(), expected);
    expected["items"][0]["enabled"] = json!(false);
    expected["items"][5]["enabled"] = json!(true);
    let change =
        json!({"items": [{"type": "reminder", "enabled": true}, {"type": "new_task", "enabled": false}]});
    assert_eq!(anna.patch(PATH, change).await.expect(200).json(), expected);
    assert_eq!(anna.get(PATH).await.expect(200).json(), expected);
    assert_eq!(other.get(PATH).await.expect(200).json()["items"][0]["enabled"], true);
    let unknown = json!({"items": [{"type": "birthday"}]});
    anna.patch(PATH, unknown).await.expect(422).problem_names("/items/0/type", "invalid");
}

async fn of_two_changes_of_one_version_the_second_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for n in 0..2 {
        let tag = anna.get(PATH).await.expect(200).header("etag").unwrap().to_owned();
        let items = |on: bool| json!({"items": [{"type": "reminder", "enabled": on}]});
        anna.patch(PATH, items(n == 0)).header("If-Match", &tag).await.expect(200);
        anna.patch(PATH, items(n == 1)).header("If-Match", &tag).await.expect(412).problem("stale_version");
    }
}
