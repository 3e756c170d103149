//! `PATCH /v1/account`

use serde_json::json;
use support::{TestApp, both_engines};

both_engines!(
    an_absent_field_stays_as_it_is,
    an_account_is_changed_by_its_administrators,
    a_delay_is_at_most_five_minutes,
);

async fn an_absent_field_stays_as_it_is(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let changed = anna.patch("/v1/account", json!({"language": "ru"})).await.expect(200).json();
    assert_eq!((&changed["language"], &changed["title"]), (&json!("ru"), &json!("ACME")));
    let changed = anna.patch("/v1/account", json!({"title": " Acme  &  Sons "})).await.expect(200).json();
    assert_eq!((&changed["language"], &changed["title"]), (&json!("ru"), &json!("Acme & Sons")));
    let answer = anna.patch("/v1/account", json!({})).await.expect(200);
    assert_eq!(answer.json(), changed);
}

async fn an_account_is_changed_by_its_administrators(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"title": "Mine"});
    let (member, admin) = (anna.employee("member").await, anna.admin("admin").await);
    member.patch("/v1/account", body.clone()).await.expect(403).problem("forbidden");
    admin.patch("/v1/account", body).await.expect(200);
}

/// Product §3: 0, unless somebody says otherwise.
async fn a_delay_is_at_most_five_minutes(app: TestApp) {
    let anna = app.sign_up("acme").await;
    assert_eq!(anna.account["send_delay_seconds"], 0);
    let set = async |seconds: i64| anna.patch("/v1/account", json!({"send_delay_seconds": seconds})).await;
    for seconds in [-1, 301] {
        set(seconds)
            .await
            .expect(422)
            .problem_at("validation_failed", &[("/send_delay_seconds", "out_of_range")]);
    }
    assert_eq!(set(300).await.expect(200).json()["send_delay_seconds"], 300);
    assert_eq!(set(0).await.expect(200).json()["send_delay_seconds"], 0);
}
