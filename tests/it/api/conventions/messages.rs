//! What every message has: an id, a place, an encoding.

use actix_web::http::Method;
use serde_json::json;
use support::{TestApp, both_engines};

both_engines!(
    a_request_is_named_by_its_caller_or_by_us,
    an_unknown_path_is_not_there_and_a_wrong_method_names_the_right_ones,
    a_long_answer_is_compressed_for_who_can_read_it,
    a_browser_may_call_from_the_origins_that_are_configured,
    the_documentation_is_served,
);

async fn a_request_is_named_by_its_caller_or_by_us(app: TestApp) {
    let named = app.anon().get("/v1/me").header("X-Request-Id", "abc-1.2:3_4").await.expect(401);
    assert_eq!(named.header("x-request-id"), Some("abc-1.2:3_4"));
    assert_eq!(named.problem("unauthenticated")["request_id"], "abc-1.2:3_4");
    for bent in ["", "two words", "<script>", &"x".repeat(129)] {
        let answer = app.anon().get("/v1/me").header("X-Request-Id", bent).await.expect(401);
        let id = answer.header("x-request-id").unwrap();
        assert_eq!(id.len(), 32, "{bent} became {id}");
        assert_eq!(answer.problem("unauthenticated")["request_id"], id);
    }
    assert!(app.anon().get("/healthz").await.expect(200).header("x-request-id").is_some());
}

async fn an_unknown_path_is_not_there_and_a_wrong_method_names_the_right_ones(app: TestApp) {
    for path in ["/", "/v1", "/v1/nothing", "/v1/contacts/", "/v2/me"] {
        app.anon().get(path).await.expect(404).problem("not_found");
    }
    let answer = app.anon().call(Method::PUT, "/v1/contacts").await.expect(405);
    answer.problem("method_not_allowed");
    assert_eq!(answer.header("allow"), Some("GET, POST"));
    let path = "/v1/contacts/01b8dac5-b400-7000-8000-000000000000";
    let answer = app.anon().call(Method::POST, path).await.expect(405);
    assert_eq!(answer.header("allow"), Some("GET, PATCH, DELETE"));
}

async fn a_long_answer_is_compressed_for_who_can_read_it(app: TestApp) {
    let plain = app.anon().get("/openapi.yaml").await.expect(200);
    assert_eq!(plain.header("content-encoding"), None);
    let gzip = app.anon().get("/openapi.yaml").header("Accept-Encoding", "gzip").await.expect(200);
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
    assert!(gzip.body.starts_with(&[0x1f, 0x8b]) && gzip.body.len() * 4 < plain.body.len());
}

async fn a_browser_may_call_from_the_origins_that_are_configured(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let asked = anna.get("/v1/me").header("Origin", "https://app.example").await.expect(200);
    assert_eq!(asked.header("access-control-allow-origin"), None);
    let app = app.restart(|config| config.http.cors_origins = vec!["https://app.example".into()]).await;
    let anna = app.sign_in("acme", "anna@acme.example").await;
    let asked = anna.get("/v1/me").header("Origin", "https://app.example").await.expect(200);
    assert_eq!(asked.header("access-control-allow-origin"), Some("https://app.example"));
    let preflight = app.anon().call(Method::OPTIONS, "/v1/contacts").header("Origin", "https://app.example");
    let preflight = preflight
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization, content-type, idempotency-key");
    let answer = preflight.await.expect(200);
    assert!(answer.header("access-control-allow-headers").unwrap().contains("idempotency-key"));
    let stranger = anna.get("/v1/me").header("Origin", "https://evil.example").await;
    assert_eq!(stranger.header("access-control-allow-origin"), None);
}

async fn the_documentation_is_served(app: TestApp) {
    let page = app.anon().get("/docs/").await.expect(200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    let document = app.anon().get("/openapi.json").await.expect(200).json();
    assert_eq!(document["info"]["title"], json!("Liaison"));
}
