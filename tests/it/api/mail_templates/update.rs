//! `PATCH`, `DELETE /v1/mail-templates/{id}`

use serde_json::json;
use support::{TestApp, both_engines};

use super::{of, template};

both_engines!(
    a_template_is_changed_field_by_field,
    a_change_of_an_old_version_is_refused,
    a_template_that_a_notice_uses_is_not_deleted,
);

const NOTICES: &str = "/v1/settings/contact-mail/notifications";

async fn a_template_is_changed_field_by_field(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = template(&anna, "<p>Old</p>").await;
    let mut expected = made.clone();
    for (name, value) in [
        ("name", json!("Other news")),
        ("add_files", json!(false)),
        ("versions", json!([{"language": "ru", "subject": "S", "html": "<p>New</p>", "text": null}])),
    ] {
        expected[name] = value.clone();
        assert_eq!(anna.patch(of(&made), json!({name: value})).await.expect(200).json(), expected);
    }
    let wrong = json!({"versions": [{"language": "en", "subject": "{{ nobody }}", "html": "x"}]});
    let answer = anna.patch(of(&made), wrong).await.expect(422);
    answer.problem_names("/versions/0/subject", "unknown_variable");
    assert_eq!(anna.get(of(&made)).await.expect(200).json(), expected);
}

async fn a_change_of_an_old_version_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = template(&anna, "x").await;
    let tag = anna.get(of(&made)).await.expect(200).header("etag").unwrap().to_owned();
    anna.patch(of(&made), json!({"name": "A"})).header("If-Match", &tag).await.expect(200);
    anna.patch(of(&made), json!({"name": "B"})).header("If-Match", &tag).await.expect(412);
    anna.delete(of(&made)).header("If-Match", &tag).await.expect(412).problem("stale_version");
}

/// TPL-1
async fn a_template_that_a_notice_uses_is_not_deleted(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = template(&anna, "x").await;
    let choose = |id| json!({"items": [{"type": "new_comment", "template_id": id}]});
    anna.patch(NOTICES, choose(made["id"].clone())).await.expect(200);
    anna.delete(of(&made)).await.expect(409).problem("template_in_use");
    anna.patch(NOTICES, choose(json!(null))).await.expect(200);
    anna.delete(of(&made)).await.expect(204);
    anna.get(of(&made)).await.expect(404);
    let unknown = anna.patch(NOTICES, choose(made["id"].clone())).await.expect(404);
    unknown.problem_at("not_found", &[("/items/0/template_id", "unknown_id")]);
}
