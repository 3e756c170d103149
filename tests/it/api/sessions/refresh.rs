//! `POST /v1/sessions/refresh`

use std::future::IntoFuture as _;

use futures_util::future::join;
use serde_json::json;
use support::{Call, Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    each_refresh_gives_the_next_pair,
    a_refresh_token_that_comes_again_ends_the_session,
    of_two_that_present_the_same_token_at_once_one_gets_the_next,
    a_text_that_is_no_refresh_token_is_refused,
);

fn refresh(client: &Client, token: &str) -> Call {
    client.post("/v1/sessions/refresh", json!({"refresh_token": token}))
}

async fn each_refresh_gives_the_next_pair(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let second = refresh(&app.anon(), &anna.refresh_token).await.expect(200).json();
    let third = refresh(&app.anon(), second["refresh_token"].text()).await.expect(200).json();
    assert_ne!(second["refresh_token"], third["refresh_token"]);
    anna.with_token(third["access_token"].text()).get("/v1/me").await.expect(200);
}

/// Whoever of the two holds the session, one of them stole it.
async fn a_refresh_token_that_comes_again_ends_the_session(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let second = refresh(&app.anon(), &anna.refresh_token).await.expect(200).json();
    refresh(&app.anon(), &anna.refresh_token).await.expect(401).problem("invalid_refresh_token");
    let answer = refresh(&app.anon(), second["refresh_token"].text()).await;
    answer.expect(401).problem("invalid_refresh_token");
    for token in [anna.token.as_deref().unwrap(), second["access_token"].text()] {
        anna.with_token(token).get("/v1/me").await.expect(401).problem("unauthenticated");
    }
    app.sign_in("acme", "anna@acme.example").await;
}

async fn of_two_that_present_the_same_token_at_once_one_gets_the_next(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (a, b) = join(
        refresh(&app.anon(), &anna.refresh_token).into_future(),
        refresh(&app.anon(), &anna.refresh_token).into_future(),
    )
    .await;
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    anna.get("/v1/me").await.expect(401);
}

async fn a_text_that_is_no_refresh_token_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let mut other = anna.refresh_token.clone();
    other.replace_range(other.len() - 4.., "AAAA");
    for token in ["", "lr_", "lr_AAAA", &other, anna.token.as_deref().unwrap(), &"x".repeat(100_000)] {
        refresh(&app.anon(), token).await.expect(401).problem("invalid_refresh_token");
    }
    // Guessing ends nobody's session.
    anna.get("/v1/me").await.expect(200);
}
