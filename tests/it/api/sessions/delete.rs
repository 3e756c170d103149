//! `DELETE /v1/sessions/current`

use serde_json::json;
use support::{TestApp, both_engines};

both_engines!(signing_out_ends_this_session_and_no_other);

async fn signing_out_ends_this_session_and_no_other(app: TestApp) {
    let first = app.sign_up("acme").await;
    let second = app.sign_in("acme", "anna@acme.example").await;
    first.delete("/v1/sessions/current").await.expect(204);
    first.get("/v1/me").await.expect(401).problem("unauthenticated");
    let body = json!({"refresh_token": first.refresh_token});
    first.post("/v1/sessions/refresh", body).await.expect(401).problem("invalid_refresh_token");
    second.get("/v1/me").await.expect(200);
}
