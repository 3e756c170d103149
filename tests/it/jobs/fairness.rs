//! One account's trouble is no other's.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use liaison_api::worker;
use liaison_mailer::transport::Misbehavior;
use serde_json::json;
use support::{Client, JsonExt as _, TestApp, both_engines};
use tokio_util::sync::CancellationToken;

use super::{address, comment, newest_mail, task};

both_engines!(
    mail_that_hangs_delays_no_other_accounts_mail,
    a_black_hole_delays_others_by_less_than_a_second
);

/// R38
async fn mail_that_hangs_delays_no_other_accounts_mail(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = app.sign_up("bravo").await;
    let offer = task(&anna).await;
    for n in 0..20 {
        let contact = anna.contact(&format!("hole{n}")).await;
        app.mail().misbehave(&address(&format!("hole{n}@client.example")), Misbehavior::Hang);
        comment(&anna, &offer, "Hello", &[&contact]).await;
    }
    let olga = boris.contact("olga").await;
    comment(&boris, &task(&boris).await, "Hello", &[&olga]).await;
    let arrived = async { while newest_mail(&boris).await["state"] != "accepted" {} };
    tokio::select! {
        () = arrived => {}
        _ = worker::drain(app.parts()) => panic!("a server that hangs never answers"),
    }
    assert_eq!(app.mail().take()[0].envelope.recipients, [address("olga@client.example")]);

    for n in 0..20 {
        app.mail().behave(&address(&format!("hole{n}@client.example")));
    }
    worker::take_back(app.parts()).await.unwrap();
    app.work().await;
    assert_eq!(app.mail().take().len(), 20);
}

/// R38: the host takes connections and never answers. Eight accounts send by it, and one of them by the server's own way
/// too.
async fn a_black_hole_delays_others_by_less_than_a_second(app: TestApp) {
    let app = app.restart(|config| config.network.allow_private = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let hole = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = hole.local_addr().unwrap().port();
    let other = app.sign_up("other").await;
    let running = tokio::spawn(worker::run(app.parts().clone().into_inner(), CancellationToken::new()));
    let undisturbed = delay(&other, "olga").await;

    let mut swallowed = Vec::new();
    for n in 0..8 {
        let anna = app.sign_up(&format!("acme{n}")).await;
        let smtp =
            json!({"host": "127.0.0.1", "port": port, "security": "none", "username": "a", "password": "b"});
        let mailbox = json!({"owner": "company", "address": "support@acme.example", "sender_name": "ACME", "smtp": smtp});
        let mailbox = anna.post("/v1/mailboxes", mailbox).await.expect(201).json();
        let (ivan, offer) = (anna.contact("ivan").await, task(&anna).await);
        let path = format!("/v1/tasks/{}/comments", offer.id());
        for _ in 0..10 {
            let body = json!({"text": "Hello", "notify": [ivan.id()], "mailbox_id": mailbox.id()});
            anna.post(&path, body).await.expect(201);
        }
        swallowed.push(anna);
    }
    let (stream, _) = hole.accept().unwrap();
    for client in [&other, &swallowed[0]] {
        let disturbed = delay(client, "peter").await;
        assert!(disturbed < undisturbed + Duration::from_secs(1), "{disturbed:?} instead of {undisturbed:?}");
    }
    running.abort();
    drop(stream);
    assert_eq!(app.mail().take().len(), 3);
}

/// How long a mail takes from being written to being accepted.
async fn delay(client: &Client, name: &str) -> Duration {
    let (contact, offer) = (client.contact(name).await, task(client).await);
    let started = Instant::now();
    comment(client, &offer, "Hello", &[&contact]).await;
    while newest_mail(client).await["state"] != "accepted" {}
    started.elapsed()
}
