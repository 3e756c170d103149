//! `ETag`, `If-Match`, `If-None-Match` (RFC 9110 §13).

use std::future::IntoFuture as _;

use futures_util::future::join;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

both_engines!(
    who_has_the_newest_version_is_told_so_and_no_more,
    a_change_of_what_somebody_else_changed_is_refused,
    of_two_changes_of_the_same_version_at_once_one_is_refused,
);

async fn who_has_the_newest_version_is_told_so_and_no_more(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let path = format!("/v1/contacts/{}", anna.contact("ivan").await.id());
    let first = anna.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    for known in [first.clone(), format!("W/{first}"), format!("\"x\", {first}"), "*".to_owned()] {
        let answer = anna.get(&path).header("If-None-Match", known).await.expect(304);
        assert_eq!(answer.header("etag"), Some(first.as_str()));
    }
    let changed = anna.patch(&path, json!({"name": "Ivan Client"})).await.expect(200);
    assert_ne!(changed.header("etag"), Some(first.as_str()));
    let shown = anna.get(&path).header("If-None-Match", first).await.expect(200);
    assert_eq!(shown.header("etag"), changed.header("etag"));
}

async fn a_change_of_what_somebody_else_changed_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let path = format!("/v1/contacts/{}", anna.contact("ivan").await.id());
    let seen = anna.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    let change = |name: &str, tag: &str| anna.patch(&path, json!({"name": name})).header("If-Match", tag);
    change("First", &seen).await.expect(200);
    change("Second", &seen).await.expect(412).problem("stale_version");
    anna.delete(&path).header("If-Match", &seen).await.expect(412).problem("stale_version");
    change("Third", "*").await.expect(200);
    assert_eq!(anna.get(&path).await.expect(200).json()["name"], "Third");
}

async fn of_two_changes_of_the_same_version_at_once_one_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let path = format!("/v1/contacts/{}", anna.contact("ivan").await.id());
    let seen = anna.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    let change =
        |name: &str| anna.patch(&path, json!({"name": name})).header("If-Match", seen.clone()).into_future();
    let (a, b) = join(change("First"), change("Second")).await;
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}
