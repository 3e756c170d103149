//! `GET /v1/me`

use support::{JsonExt as _, TestApp, both_engines};

both_engines!(one_sees_oneself_and_ones_account);

async fn one_sees_oneself_and_ones_account(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let me = boris.get("/v1/me").await.expect(200).json();
    assert_eq!(me["employee"]["login"], "boris");
    assert_eq!(me["account"], anna.account);
    let shown = anna.get(format!("/v1/employees/{}", boris.me.id())).await.expect(200).json();
    assert_eq!(me["employee"], shown);
}
