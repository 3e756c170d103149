//! A held comment leaves once, whatever becomes of the node that lets it.

use chrono::{DateTime, TimeDelta, Utc};
use liaison_api::{env::Clock as _, worker};
use liaison_domain::{
    id::{AccountId, JobId},
    job::{JobKind, LEASE},
};
use liaison_persistence::job::{self, Lane, Lease};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};
use uuid::Uuid;

use super::task;

both_engines!(
    a_comment_that_a_dying_node_held_leaves_by_another,
    a_job_that_runs_again_does_nothing,
    a_comment_that_was_put_off_meanwhile_waits,
);

const KIND: JobKind = JobKind::PublishComment;

/// Writes a comment that leaves in a minute.
async fn schedule(by: &Client) -> Value {
    let ivan = by.contact("ivan").await;
    let at = in_minutes(&by.app, 1);
    let path = format!("/v1/tasks/{}/comments", task(by).await.id());
    by.post(path, json!({"text": "Hello", "notify": [ivan.id()], "send_at": at})).await.expect(201).json()
}

fn in_minutes(app: &TestApp, minutes: i64) -> DateTime<Utc> {
    app.clock().now() + TimeDelta::minutes(minutes)
}

fn account(of: &Client) -> AccountId {
    AccountId::new(of.account.id().parse().unwrap())
}

/// Leases the job in the name of a node that never does it.
async fn claim_and_die(app: &TestApp, of: &Client) {
    let lane = Lane { account_id: account(of), kind: KIND };
    let now = app.clock().now();
    let mut tx = app.parts().database.write().await.unwrap();
    let lease = Lease { by: "dead", until: now + LEASE };
    assert_eq!(job::claim(&mut tx, lane, now, lease, 1).await.unwrap().len(), 1);
    tx.commit().await.unwrap();
}

async fn check_left_once(app: &TestApp) {
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
}

/// R6
async fn a_comment_that_a_dying_node_held_leaves_by_another(app: TestApp) {
    let anna = app.sign_up("acme").await;
    schedule(&anna).await;
    app.clock().advance(TimeDelta::minutes(1));
    claim_and_die(&app, &anna).await;
    assert_eq!(worker::drain(app.parts()).await.unwrap().jobs, 0, "it is leased still");
    app.clock().advance(TimeDelta::from_std(LEASE).unwrap());
    check_left_once(&app).await;
}

/// Invariant 10
async fn a_job_that_runs_again_does_nothing(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let comment = schedule(&anna).await;
    app.clock().advance(TimeDelta::minutes(1));
    check_left_once(&app).await;
    let before = anna.get(format!("/v1/comments/{}", comment.id())).await.expect(200).json();
    let mut tx = app.parts().database.write().await.unwrap();
    let again = [(JobId::new(Uuid::from_u128(1)), comment.id().parse().unwrap())];
    job::enqueue(&mut tx, account(&anna), KIND, again, app.clock().now()).await.unwrap();
    tx.commit().await.unwrap();
    app.work().await;
    assert_eq!(anna.get(format!("/v1/comments/{}", comment.id())).await.expect(200).json(), before);
}

/// COM-8: its author was faster than the node that had it in hand.
async fn a_comment_that_was_put_off_meanwhile_waits(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let comment = schedule(&anna).await;
    app.clock().advance(TimeDelta::minutes(1));
    claim_and_die(&app, &anna).await;
    let later = json!({"send_at": in_minutes(&app, 2)});
    anna.patch(format!("/v1/comments/{}", comment.id()), later).await.expect(200);
    app.clock().advance(TimeDelta::minutes(1));
    app.work().await;
    assert!(app.mail().take().is_empty());
    app.clock().advance(TimeDelta::minutes(1));
    check_left_once(&app).await;
}
