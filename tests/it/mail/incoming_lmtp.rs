//! The listener with a real socket before it and the application behind it.

use std::sync::Arc;

use chrono::TimeDelta;
use liaison_api::{
    config::MailAuth,
    lmtp::{Limits, Listen, Listener, serve},
    service::intake::lmtp::LmtpIntake,
};
use liaison_mailer::testing::DnsStub;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{
    Talk, check_applied, check_state,
    incoming_authenticity::{ZONE, authenticating},
    text_fixture,
};

both_engines!(
    mail_that_comes_by_lmtp_becomes_a_comment,
    the_client_that_xforward_names_is_the_one_that_is_judged,
    a_peer_that_is_no_trusted_hop_is_believed_nothing,
    every_address_of_an_account_takes_tasks_by_lmtp,
    a_mail_from_the_null_sender_is_a_robots,
);

/// A mail server that talks to the listener.
struct Peer(BufReader<TcpStream>);

impl Peer {
    /// Connects to a listener of this application.
    async fn connect(app: &TestApp) -> (Self, Serving) {
        let listener = Listener::bind(&"127.0.0.1:0".parse::<Listen>().unwrap()).await.unwrap();
        let address = listener.tcp_address().unwrap();
        let stop = CancellationToken::new();
        let intake = Arc::new(LmtpIntake(app.parts().clone().into_inner()));
        let task = tokio::spawn(serve(listener, intake, Limits::default(), stop.clone()));
        let mut peer = Self(BufReader::new(TcpStream::connect(address).await.unwrap()));
        assert!(peer.hear().await.starts_with("220"));
        assert!(peer.say("LHLO mx.acme.example\r\n").await.starts_with("250"));
        (peer, Serving { stop, task })
    }

    /// Hands a mail over to one recipient.
    async fn deliver(&mut self, sender: &str, recipient: &str, mail: &str) {
        assert!(self.say(&format!("MAIL FROM:<{sender}>\r\n")).await.starts_with("250"));
        assert!(self.say(&format!("RCPT TO:<{recipient}>\r\n")).await.starts_with("250"));
        assert!(self.say("DATA\r\n").await.starts_with("354"));
        assert!(self.say(&format!("{mail}.\r\n")).await.starts_with("250"));
    }

    /// Says something and hears one reply, the last line of it.
    async fn say(&mut self, text: &str) -> String {
        self.0.get_mut().write_all(text.as_bytes()).await.unwrap();
        self.hear().await
    }

    async fn hear(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }
}

/// A listener that runs.
struct Serving {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Serving {
    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

/// R10, RFC 2033: 550 for whom we don't know, 250 for each of the others, once the mail is committed.
async fn mail_that_comes_by_lmtp_becomes_a_comment(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let (mut peer, serving) = Peer::connect(&app).await;
    assert!(peer.say("MAIL FROM:<ivan@client.example>\r\n").await.starts_with("250"));
    let unknown = peer.say("RCPT TO:<nobody@acme.liaison.test>\r\n").await;
    assert!(unknown.starts_with("550 5.1.1"), "{unknown}");
    for known in [talk.asked.reply_to.as_str(), &talk.task_address()] {
        assert!(peer.say(&format!("RCPT TO:<{known}>\r\n")).await.starts_with("250"), "{known}");
    }
    assert!(peer.say("DATA\r\n").await.starts_with("354"));
    let mail = text_fixture("answer.eml", &talk.asked.reply_to);
    assert!(peer.say(&format!("{mail}.\r\n")).await.starts_with("250"));
    assert!(peer.hear().await.starts_with("250"), "one reply a recipient");
    assert!(peer.say("QUIT\r\n").await.starts_with("221"));
    serving.end().await;

    let ledger = talk.anna.get("/v1/mail/incoming").await.expect(200).json();
    assert_eq!(ledger.items().len(), 1, "one mail an account");
    assert_eq!(ledger.items()[0]["state"], "received");
    app.work().await;
    let entry = talk.entry(ledger.items()[0].id()).await;
    check_applied(&talk, &entry, "reply_token");
    assert_eq!(talk.last_comment().await["visible"], "Tomorrow at ten.");
    let raw = talk.anna.get(format!("/v1/mail/incoming/{}/raw", entry.id())).await.expect(200);
    assert_eq!(&raw.body[..], mail.as_bytes());
}

/// Anna's mail, by SPF alone; what became of it.
async fn judge(talk: &Talk, peer: &mut Peer, n: u32, above: &str) -> Value {
    let mail = text_fixture("answer.eml", &talk.asked.reply_to)
        .replace("Ivan Client <ivan@client.example>", "Anna <anna@acme.example>")
        .replace("answer-1@", &format!("lmtp-{n}@"));
    peer.deliver("anna@acme.example", &talk.asked.reply_to, &format!("{above}{mail}")).await;
    talk.app.work().await;
    let listed = talk.anna.get("/v1/mail/incoming").await.expect(200).json();
    talk.entry(listed.items()[0].id()).await
}

const FROM_LOCALHOST: &str = "Received: from localhost (localhost [127.0.0.1]) by mx.acme.example (Postfix) with ESMTP id 4Q; today\r\n";

/// S1: behind a content filter only XFORWARD knows the client. Its address decides.
async fn the_client_that_xforward_names_is_the_one_that_is_judged(app: TestApp) {
    let dns = DnsStub::start(ZONE).await;
    let app = authenticating(&app, MailAuth::Enforce, &dns).await;
    let talk = Talk::begin(&app).await;
    let (mut peer, serving) = Peer::connect(&app).await;
    for (n, client, spf) in [(1, "192.0.2.7", "pass"), (2, "203.0.113.9", "fail")] {
        let said = peer.say(&format!("XFORWARD ADDR={client} HELO=acme.example\r\n")).await;
        assert!(said.starts_with("250"), "{said}");
        app.clock().advance(TimeDelta::seconds(1));
        let entry = judge(&talk, &mut peer, n, FROM_LOCALHOST).await;
        assert_eq!(entry["authentication"]["spf"], spf, "{entry:#}");
        if spf == "pass" {
            check_applied(&talk, &entry, "reply_token");
        } else {
            check_state(&entry, "quarantined", Some("spoofed_employee"));
        }
    }
    assert_eq!(app.mail().take().len(), 1);
    // What was told of one mail is not true of the next.
    app.clock().advance(TimeDelta::seconds(1));
    let entry = judge(&talk, &mut peer, 5, "").await;
    assert_eq!(entry["authentication"]["spf"], "none");
    assert!(peer.say("QUIT\r\n").await.starts_with("221"));
    serving.end().await;
}

/// S4, S27: neither its XFORWARD nor its Received field.
async fn a_peer_that_is_no_trusted_hop_is_believed_nothing(app: TestApp) {
    let dns = DnsStub::start(ZONE).await;
    let app = authenticating(&app, MailAuth::Enforce, &dns).await;
    let app = app.restart(|config| config.mail.trusted_hops = vec!["192.0.2.0/24".parse().unwrap()]).await;
    let talk = Talk::begin(&app).await;
    let (mut peer, serving) = Peer::connect(&app).await;
    let signed_in =
        "Received: from pc (unknown [192.0.2.7]) by mx.acme.example (Postfix) with ESMTPSA id 4Q; today\r\n";
    for (n, above) in [(1, ""), (2, signed_in)] {
        assert!(peer.say("XFORWARD ADDR=192.0.2.7\r\n").await.starts_with("250"));
        app.clock().advance(TimeDelta::seconds(1));
        let entry = judge(&talk, &mut peer, n, above).await;
        check_state(&entry, "quarantined", Some("spoofed_employee"));
        assert_eq!(entry["authentication"]["spf"], "none");
    }
    assert!(peer.say("QUIT\r\n").await.starts_with("221"));
    serving.end().await;
}

/// ADR-1 … ADR-5, R7, TBM-7: a mail that the server hands over once for each address is one task for their owners.
async fn every_address_of_an_account_takes_tasks_by_lmtp(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, clara) = (anna.employee("boris").await, anna.employee("clara").await);
    anna.post("/v1/projects", json!({"name": "Fence"})).await.expect(201);
    let virtual_address = async |name: &str| {
        let body = json!({"local_part": name, "description": "Sales", "assignee_ids": [boris.me.id()]});
        anna.post("/v1/virtual-addresses", body).await.expect(201).json()
    };
    virtual_address("sales").await;
    let gone = virtual_address("gone").await;
    anna.delete(format!("/v1/virtual-addresses/{}", gone.id())).await.expect(204);
    let clara = format!("/v1/employees/{}", clara.me.id());
    anna.patch(clara, json!({"status": "inactive"})).await.expect(200);

    let (mut peer, serving) = Peer::connect(&app).await;
    assert!(peer.say("MAIL FROM:<ivan@client.example>\r\n").await.starts_with("250"));
    for unknown in ["nobody", "gone", "clara", "project+2", "task+1"] {
        let said = peer.say(&format!("RCPT TO:<{unknown}@acme.liaison.test>\r\n")).await;
        assert!(said.starts_with("550 5.1.1"), "{unknown}: {said}");
    }
    assert!(peer.say("RSET\r\n").await.starts_with("250"));
    virtual_address("clara").await;
    let mail = "From: Ivan <ivan@client.example>\r\nMessage-ID: <gate@client.example>\r\nSubject: Gate\r\n\r\nBroken.\r\n";
    for known in ["anna", "sales", "project+1", "task+", "clara"] {
        peer.deliver("ivan@client.example", &format!("{known}@acme.liaison.test"), mail).await;
    }
    serving.end().await;
    app.work().await;
    let tasks = anna.get("/v1/tasks").await.expect(200).json();
    assert_eq!(tasks.items().len(), 1);
    let names: Vec<_> =
        tasks.items()[0]["assignees"].as_array().unwrap().iter().map(|it| it["name"].text()).collect();
    assert_eq!(names, ["Anna", "boris"]);
    let ledger = anna.get("/v1/mail/incoming?state=applied").await.expect(200).json();
    assert_eq!(ledger.items().len(), 5);
    assert!(ledger.items().iter().all(|it| it["task_id"] == tasks.items()[0]["id"]));
}

/// R1, RFC 5321 §4.5.5: the null sender is told by LMTP alone; the mail itself says nothing of it.
async fn a_mail_from_the_null_sender_is_a_robots(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let (mut peer, serving) = Peer::connect(&app).await;
    peer.deliver("", &talk.asked.reply_to, &text_fixture("answer.eml", &talk.asked.reply_to)).await;
    serving.end().await;
    app.work().await;
    let ledger = talk.anna.get("/v1/mail/incoming").await.expect(200).json();
    check_state(&ledger.items()[0], "rejected", Some("robot"));
    let raw = talk.anna.get(format!("/v1/mail/incoming/{}/raw", ledger.items()[0].id())).await.expect(200);
    assert!(!String::from_utf8_lossy(&raw.body).contains("Return-Path"), "what came is kept as it came");
    assert_eq!(talk.comments().await.len(), 1);
}
