//! Fetching from external mailboxes, out of a real Dovecot.

use std::sync::Arc;

use chrono::TimeDelta;
use liaison_api::{
    config::MailAuth,
    worker::{
        self,
        fetch::{Fetched, Fetcher},
    },
};
use liaison_domain::mailbox::FailureClass;
use liaison_mailer::testing::DnsStub;
use liaison_persistence::testing::inspect::{list_change_events, list_notices};
use serde_json::{Value, json};
use support::{Client, Dovecot, JsonExt as _, TestApp, Wire, both_engines};
use tokio_util::sync::CancellationToken;

use super::{
    Talk, check_applied, check_state,
    incoming_authenticity::{ZONE, authenticating},
    text_fixture, verdict,
};

both_engines!(
    an_answer_in_a_mailbox_becomes_a_comment,
    a_mail_is_marked_as_seen_only_when_it_is_safe,
    a_mailbox_that_is_numbered_anew_brings_no_mail_twice,
    a_new_mailbox_keeps_its_past,
    mail_is_fetched_as_it_arrives_and_after_the_connection_broke,
    a_server_that_tells_nothing_is_asked,
    a_mail_over_the_limit_is_noted_and_stays_where_it_is,
    a_mail_that_is_not_given_blocks_no_other,
    two_nodes_never_fetch_from_one_mailbox,
    a_connection_is_encrypted_with_a_certificate_that_is_trusted,
    a_failing_mailbox_is_told_of_after_three_failures,
    a_server_in_a_private_network_is_not_reached,
    no_server_of_a_mailbox_is_a_trusted_hop,
);

/// CBM-2, R10
async fn an_answer_in_a_mailbox_becomes_a_comment(app: TestApp) {
    let (app, dovecot) = (reaching(&app).await, Dovecot::mailbox());
    let talk = Talk::begin(&app).await;
    let mailbox = own(&talk.anna, dovecot.at(&dovecot.imap)).await;
    dovecot.deliver(text_fixture("answer.eml", &talk.asked.reply_to));
    assert_eq!(round(&app).await, [(1, None)]);
    app.work().await;
    let entry = entries(&talk.anna).await.remove(0);
    check_applied(&talk, &entry, "reply_token");
    assert_eq!(entry["recipients"], json!(["anna@acme.liaison.test"]));
    assert_eq!((talk.last_comment().await["visible"].text(), dovecot.n_seen()), ("Tomorrow at ten.", 1));
    assert_eq!(round(&app).await, [(0, None)]);
    let health = health(&talk.anna, &mailbox).await;
    assert_eq!((health["state"].text(), &health["last_success_at"]), ("ok", &json!("2030-01-01T00:00:00Z")));
}

/// R10: the process dies after it has the mail and before it says so.
async fn a_mail_is_marked_as_seen_only_when_it_is_safe(app: TestApp) {
    let (app, dovecot) = (reaching(&app).await, Dovecot::mailbox());
    let anna = app.sign_up("acme").await;
    let wire = Wire::to(&dovecot.imap);
    own(&anna, dovecot.at(&wire.address)).await;
    dovecot.deliver(mail(1));
    wire.hold_at("STORE");
    tokio::select! {
        () = until(async || wire.is_held()) => {}
        _ = round(&app) => panic!("it is held"),
    }
    assert_eq!((entries(&anna).await.len(), dovecot.n_seen()), (1, 0));

    wire.release();
    assert_eq!(worker::take_back(app.parts()).await.unwrap(), 1);
    assert_eq!(round(&app).await, [(1, None)]);
    assert_eq!((entries(&anna).await.len(), dovecot.n_seen()), (1, 1));
    app.work().await;
}

/// R7, R10
async fn a_mailbox_that_is_numbered_anew_brings_no_mail_twice(app: TestApp) {
    let (app, dovecot) = (reaching(&app).await, Dovecot::mailbox());
    let anna = app.sign_up("acme").await;
    own(&anna, dovecot.at(&dovecot.imap)).await;
    for n in 0..3 {
        dovecot.deliver(mail(n));
    }
    assert_eq!(round(&app).await, [(3, None)]);
    dovecot.unread_all();
    dovecot.deliver(mail(3));
    dovecot.forget_numbers();
    assert_eq!(round(&app).await, [(4, None)], "all are looked at");
    assert_eq!((entries(&anna).await.len(), dovecot.n_seen()), (4, 4), "and one is new");

    // What somebody read elsewhere meanwhile is not missed.
    dovecot.deliver(mail(4));
    dovecot.read_all();
    dovecot.forget_numbers();
    round(&app).await;
    assert_eq!(entries(&anna).await.len(), 5);
    app.work().await;
}

async fn a_new_mailbox_keeps_its_past(app: TestApp) {
    let (app, dovecot) = (reaching(&app).await, Dovecot::mailbox());
    let anna = app.sign_up("acme").await;
    dovecot.deliver(mail(0));
    dovecot.read_all();
    dovecot.deliver(mail(1));
    own(&anna, dovecot.at(&dovecot.imap)).await;
    assert_eq!(round(&app).await, [(1, None)], "what was read before is not fetched");
    dovecot.deliver(mail(2));
    dovecot.read_all();
    assert_eq!(round(&app).await, [(1, None)], "what is read from now on is");
    app.work().await;
}

/// RFC 2177
async fn mail_is_fetched_as_it_arrives_and_after_the_connection_broke(app: TestApp) {
    let (app, dovecot) = (reaching(&app).await, Dovecot::mailbox());
    let anna = app.sign_up("acme").await;
    let wire = Wire::to(&dovecot.imap);
    let mailbox = own(&anna, dovecot.at(&wire.address)).await;
    let running = Running::start(&app);
    until(async || health(&anna, &mailbox).await["state"] == "ok").await;
    for n in 0..3 {
        dovecot.deliver(mail(n));
        until(async || entries(&anna).await.len() == n + 1).await;
    }
    assert_eq!(wire.n_connections(), 1, "all by one connection");

    wire.set_down(true);
    until(async || health(&anna, &mailbox).await["state"] == "failing").await;
    dovecot.deliver(mail(3));
    wire.set_down(false);
    app.clock().advance(TimeDelta::seconds(30));
    until(async || entries(&anna).await.len() == 4 && dovecot.n_seen() == 4).await;
    until(async || health(&anna, &mailbox).await["state"] == "ok").await;
    running.stop().await;
    app.work().await;
}

async fn a_server_that_tells_nothing_is_asked(app: TestApp) {
    let dovecot = Dovecot::mailbox();
    let app = app.restart(|config| {
        allow_loopback(config);
        config.mail.fetch_interval_seconds = 1;
    });
    let app = app.await;
    let anna = app.sign_up("acme").await;
    let wire = Wire::to(&dovecot.imap);
    wire.garble(" IDLE", " LAZY");
    let mailbox = own(&anna, dovecot.at(&wire.address)).await;
    let running = Running::start(&app);
    until(async || health(&anna, &mailbox).await["state"] == "ok").await;
    dovecot.deliver(mail(0));
    until(async || entries(&anna).await.len() == 1).await;
    assert_eq!(wire.n_connections(), 1);
    running.stop().await;
    app.work().await;
}

/// Product §9
async fn a_mail_over_the_limit_is_noted_and_stays_where_it_is(app: TestApp) {
    let (app, dovecot) = (reaching(&app).await, Dovecot::mailbox());
    let anna = app.sign_up("acme").await;
    let wire = Wire::to(&dovecot.imap);
    own(&anna, dovecot.at(&wire.address)).await;
    let line = "x".repeat(70) + "\r\n";
    dovecot.deliver(format!("{}{}", mail(0), line.repeat(26 * 1024 * 1024 / 72)));
    dovecot.deliver(mail(1));
    assert_eq!(round(&app).await, [(2, None)]);
    assert!(wire.n_bytes() < 100_000, "{} bytes were sent", wire.n_bytes());
    app.work().await;
    let listed = anna.get("/v1/mail/incoming?state=quarantined").await.expect(200).json();
    let large = listed.items().iter().find(|it| it["cause"] == "over_limits").unwrap();
    let entry = anna.get(format!("/v1/mail/incoming/{}", large.id())).await.expect(200).json();
    assert!(entry["explain"][0]["detail"].text().contains("only the header"), "{entry:#}");
    let raw = anna.get(format!("/v1/mail/incoming/{}/raw", large.id())).await.expect(200);
    assert!(raw.body.starts_with(b"From: Ivan"), "{raw}");
}

/// R9
async fn a_mail_that_is_not_given_blocks_no_other(app: TestApp) {
    let (app, dovecot) = (reaching(&app).await, Dovecot::mailbox());
    let anna = app.sign_up("acme").await;
    let wire = Wire::to(&dovecot.imap);
    own(&anna, dovecot.at(&wire.address)).await;
    wire.break_at("number 1 ");
    for n in 0..3 {
        dovecot.deliver(mail(n));
    }
    let fetcher = fetcher(&app);
    for _attempt in 0..5 {
        assert_eq!(report(&fetcher.round().await.unwrap()), [(0, Some("lost"))]);
        app.clock().advance(TimeDelta::minutes(5));
    }
    assert_eq!(report(&fetcher.round().await.unwrap()), [(2, None)]);
    let anna = app.sign_in("acme", "anna@acme.example").await;
    let failed = anna.get("/v1/mail/incoming?state=failed").await.expect(200).json();
    assert_eq!(failed.items().len(), 1, "it is there for somebody to see");
    assert_eq!(dovecot.n_seen(), 2, "and stays unread");
    app.work().await;
}

async fn two_nodes_never_fetch_from_one_mailbox(app: TestApp) {
    let (app, dovecot) = (reaching(&app).await, Dovecot::mailbox());
    let anna = app.sign_up("acme").await;
    let mailbox = own(&anna, dovecot.at(&dovecot.imap)).await;
    let other = app.restart(|config| config.node.name = "other".into()).await;
    let running = Running::start(&app);
    until(async || health(&anna, &mailbox).await["state"] == "ok").await;
    assert_eq!(round(&other).await, [], "it is held");
    running.stop().await;
    app.clock().advance(TimeDelta::seconds(10));
    assert_eq!(round(&other).await, [(0, None)], "without a heartbeat it is taken over");
}

/// Product §4
async fn a_connection_is_encrypted_with_a_certificate_that_is_trusted(app: TestApp) {
    let dovecot = Dovecot::mailbox();
    let ca_file = dovecot.ca_file.clone();
    let app = app.restart(|config| {
        allow_loopback(config);
        config.network.ca_file = Some(ca_file);
    });
    let app = app.await;
    let anna = app.sign_up("acme").await;
    let named = |address: &str, security: &str| {
        let mut connection = dovecot.at(&address.replace("127.0.0.1", "localhost"));
        connection["security"] = json!(security);
        connection
    };
    let mailbox = own(&anna, named(&dovecot.imap, "starttls")).await;
    assert_eq!(round(&app).await, [(0, None)]);
    let path = format!("/v1/mailboxes/{mailbox}");
    anna.patch(&path, json!({"imap": named(&dovecot.imaps, "tls")})).await.expect(200);
    assert_eq!(round(&app).await, [(0, None)]);

    let mut other_name = named(&dovecot.imaps, "tls");
    other_name["host"] = json!("127.0.0.1");
    anna.patch(&path, json!({"imap": other_name})).await.expect(200);
    assert_eq!(round(&app).await, [(0, Some("tls"))]);
    app.clock().advance(TimeDelta::minutes(1));
    let distrusting = app.restart(|config| config.network.ca_file = None).await;
    anna.patch(&path, json!({"imap": named(&dovecot.imap, "starttls")})).await.expect(200);
    assert_eq!(round(&distrusting).await, [(0, Some("tls"))]);
}

/// R11
async fn a_failing_mailbox_is_told_of_after_three_failures(app: TestApp) {
    let (app, dovecot) = (reaching(&app).await, Dovecot::mailbox());
    let anna = app.sign_up("acme").await;
    anna.admin("olga").await;
    let boris = anna.employee("boris").await;
    let mut wrong = dovecot.at(&dovecot.imap);
    wrong["password"] = json!("wrong");
    let body = json!({"owner": "company", "address": "support@acme.example", "sender_name": "ACME",
        "smtp": wrong, "imap": wrong, "deliver_to": "boris@acme.liaison.test"});
    let shared = anna.post("/v1/mailboxes", body).await.expect(201).json();
    let private = own(&boris, wrong.clone()).await;
    let database = &app.parts().database;
    for failures in 1..=4 {
        assert_eq!(round(&app).await, [(0, Some("auth")), (0, Some("auth"))]);
        // The clock has gone beyond the life of a token.
        let anna = app.sign_in("acme", "anna@acme.example").await;
        let health = health(&anna, shared.id()).await;
        assert_eq!(
            (&health["last_error"], &health["consecutive_failures"]),
            (&json!("auth"), &json!(failures))
        );
        let events = list_change_events(database).await.unwrap();
        let n_alarms = events.iter().filter(|it| *it == "mailbox.failing").count();
        assert_eq!(n_alarms, if failures < 3 { 0 } else { 2 });
        app.clock().advance(TimeDelta::minutes(5));
    }
    let told = list_notices(database).await.unwrap();
    assert_eq!(told, ["mailbox_failing Anna", "mailbox_failing boris", "mailbox_failing olga"]);

    let boris = app.sign_in("acme", "boris@acme.example").await;
    let right = json!({"imap": {"password": Dovecot::PASSWORD}});
    boris.patch(format!("/v1/mailboxes/{private}"), right).await.expect(200);
    round(&app).await;
    assert_eq!(health(&boris, &private).await["state"], "ok");
}

/// S17
async fn a_server_in_a_private_network_is_not_reached(app: TestApp) {
    let dovecot = Dovecot::mailbox();
    let anna = app.sign_up("acme").await;
    let wire = Wire::to(&dovecot.imap);
    own(&anna, dovecot.at(&wire.address)).await;
    assert_eq!(round(&app).await, [(0, Some("forbidden"))]);
    assert_eq!(wire.n_connections(), 0);
}

/// S1, S4: what a mailbox's server wrote above a mail proves nothing, though it runs where our own mail server does.
async fn no_server_of_a_mailbox_is_a_trusted_hop(app: TestApp) {
    let (dns, dovecot) = (DnsStub::start(ZONE).await, Dovecot::mailbox());
    let app = reaching(&authenticating(&app, MailAuth::Enforce, &dns).await).await;
    let anna = app.sign_up("acme").await;
    own(&anna, dovecot.at(&dovecot.imap)).await;
    for by in ["ESMTPSA", "ESMTPS"] {
        dovecot.deliver(format!(
            "Return-Path: <anna@acme.example>\r\n\
             Received: from pc (unknown [192.0.2.7]) by mx.acme.example (Postfix) with {by} id 4Q; today\r\n\
             From: Anna <anna@acme.example>\r\nSubject: {by}\r\nMessage-ID: <{by}@acme.example>\r\n\r\nPay.\r\n"
        ));
    }
    assert_eq!(round(&app).await, [(2, None)]);
    app.work().await;
    for entry in entries(&anna).await {
        check_state(&entry, "quarantined", Some("spoofed_employee"));
        assert_eq!(
            (verdict(&entry, "authenticity"), &entry["authentication"]["spf"]),
            ("refused", &json!("none"))
        );
    }
}

/// The application, allowed to reach this machine.
async fn reaching(app: &TestApp) -> TestApp {
    app.restart(allow_loopback).await
}

fn allow_loopback(config: &mut liaison_api::config::Config) {
    config.network.allow_private = vec!["127.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
}

/// A mailbox of the employee's own, fetched from; its id.
async fn own(client: &Client, imap: Value) -> String {
    let body = json!({"owner": "employee", "address": format!("{}@mail.example", client.me["login"].text()),
        "sender_name": "Me", "smtp": imap, "imap": imap});
    client.post("/v1/mailboxes", body).await.expect(201).json().id().to_owned()
}

/// One round: what each mailbox gave, and where it failed.
async fn round(app: &TestApp) -> Vec<(usize, Option<&'static str>)> {
    report(&fetcher(app).round().await.unwrap())
}

fn fetcher(app: &TestApp) -> Arc<Fetcher> {
    Fetcher::new(app.parts().clone().into_inner())
}

fn report(fetched: &[Fetched]) -> Vec<(usize, Option<&'static str>)> {
    fetched.iter().map(|it| (it.mails, it.failure.map(FailureClass::as_str))).collect()
}

/// The mails that came in, newest first.
async fn entries(client: &Client) -> Vec<Value> {
    client.get("/v1/mail/incoming?limit=200").await.expect(200).json().items().to_vec()
}

async fn health(client: &Client, mailbox: &str) -> Value {
    client.get(format!("/v1/mailboxes/{mailbox}")).await.expect(200).json()["health"]["imap"].clone()
}

fn mail(n: usize) -> String {
    format!(
        "From: Ivan <ivan@client.example>\r\nSubject: Mail\r\nMessage-ID: <{n}@client.example>\r\n\r\n\
         This is number {n} of them.\r\n"
    )
}

/// Looks again and again until it is so.
async fn until(mut holds: impl AsyncFnMut() -> bool) {
    while !holds().await {
        tokio::task::yield_now().await;
    }
}

/// The workers of a node, as they run in a server.
struct Running {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    fn start(app: &TestApp) -> Self {
        let stop = CancellationToken::new();
        let workers = worker::run(app.parts().clone().into_inner(), stop.clone());
        Self { stop, task: tokio::spawn(workers) }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}
