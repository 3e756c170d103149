//! `POST /v1/mail/outgoing/{id}:retry`

use std::future::IntoFuture as _;

use futures_util::future::join;
use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::{Misbehavior, Reply};
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{comment, listed, task};

both_engines!(
    a_deferred_mail_is_sent_at_once,
    what_arrived_or_waits_is_not_sent_anew,
    whoever_retries_what_another_deletes_is_answered,
);

async fn a_deferred_mail_is_sent_at_once(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let address = EmailAddress::parse("ivan@client.example").unwrap();
    let later = Misbehavior::Refuse(Reply::new(451, "4.3.0 Later"));
    app.mail().misbehave_times(&address, later, 1);
    comment(&anna, &task(&anna, &[]).await, json!({"text": "Hello", "notify": [ivan.id()]})).await;
    app.work().await;
    let path = format!("/v1/mail/outgoing/{}:retry", listed(&anna, "state=deferred").await[0].id());
    let asked = anna.post(&path, json!({})).await.expect(202).json();
    assert_eq!(asked["state"], "queued");
    anna.post(&path, json!({})).await.expect(409).problem("not_retryable");
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
    assert_eq!(listed(&anna, "").await[0]["recipients"][0]["attempts"], 2);
}

async fn what_arrived_or_waits_is_not_sent_anew(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    comment(&anna, &task(&anna, &[]).await, json!({"text": "Hello", "notify": [ivan.id()]})).await;
    let path = format!("/v1/mail/outgoing/{}:retry", listed(&anna, "").await[0].id());
    anna.post(&path, json!({})).await.expect(409).problem("not_retryable");
    app.work().await;
    anna.post(&path, json!({})).await.expect(409).problem("not_retryable");
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
}

/// Both change the message and its job; whoever comes second waits for the first, not each for the other.
async fn whoever_retries_what_another_deletes_is_answered(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let address = EmailAddress::parse("ivan@client.example").unwrap();
    let task = task(&anna, &[]).await;
    for _ in 0..8 {
        app.mail().misbehave_times(&address, Misbehavior::Refuse(Reply::new(451, "4.3.0 Later")), 1);
        let written = comment(&anna, &task, json!({"text": "Hello", "notify": [ivan.id()]})).await;
        app.work().await;
        let path = format!("/v1/mail/outgoing/{}:retry", listed(&anna, "state=deferred").await[0].id());
        let retry = anna.post(&path, json!({})).into_future();
        let delete = anna.delete(format!("/v1/comments/{}", written.id())).into_future();
        let (asked, deleted) = join(retry, delete).await;
        assert_eq!(deleted.status, 204);
        assert!([202, 404, 409].contains(&asked.status), "{}", asked.status);
        app.work().await;
        assert_eq!(app.mail().take(), [], "nobody gets what was deleted");
    }
}
