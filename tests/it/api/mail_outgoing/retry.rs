//! `POST /v1/mail/outgoing/{id}:retry`

use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::{Misbehavior, Reply};
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{comment, listed, task};

both_engines!(a_deferred_mail_is_sent_at_once, what_arrived_or_waits_is_not_sent_anew);

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
