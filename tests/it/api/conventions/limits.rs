//! Request limits: counted per token, for sign-up and sign-in per address.

use serde_json::json;
use support::{TestApp, both_engines};

both_engines!(
    a_token_that_asks_too_often_has_to_wait,
    sign_ins_are_counted_by_address,
    who_asks_seldom_sees_how_much_is_left,
);

async fn a_token_that_asks_too_often_has_to_wait(app: TestApp) {
    let app = app.restart(|config| config.http.rate_limit_per_minute = 3).await;
    let anna = app.sign_up("acme").await;
    let other = app.sign_in("acme", "anna@acme.example").await;
    for _ in 0..3 {
        anna.get("/v1/account").await.expect(200);
    }
    let answer = anna.get("/v1/account").await.expect(429);
    answer.problem("rate_limited");
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(answer.header("ratelimit-remaining"), Some("0"));
    other.get("/v1/account").await.expect(200);
}

async fn sign_ins_are_counted_by_address(app: TestApp) {
    app.sign_up("acme").await;
    let app = app.restart(|config| config.http.login_limit_per_minute = 2).await;
    let body = json!({"account": "acme", "email": "anna@acme.example", "password": "a wrong password"});
    let sign_in = |address: [u8; 4]| app.anon().post("/v1/sessions", body.clone()).from(address);
    for _ in 0..2 {
        sign_in([203, 0, 113, 7]).await.expect(401);
    }
    sign_in([203, 0, 113, 7]).await.expect(429).problem("rate_limited");
    sign_in([203, 0, 113, 8]).await.expect(401);
    // Refreshing is counted with signing in: both may be tried by guessing.
    let refresh = app.anon().post("/v1/sessions/refresh", json!({"refresh_token": "x"}));
    refresh.from([203, 0, 113, 7]).await.expect(429).problem("rate_limited");
}

async fn who_asks_seldom_sees_how_much_is_left(app: TestApp) {
    let app = app.restart(|config| config.http.rate_limit_per_minute = 600).await;
    let anna = app.sign_up("acme").await;
    let answer = anna.get("/v1/account").await.expect(200);
    assert_eq!(answer.header("ratelimit-limit"), Some("600"));
    assert_eq!(answer.header("ratelimit-remaining"), Some("599"));
    assert!(answer.header("ratelimit-reset").is_some());
}
