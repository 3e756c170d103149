//! The listener with a real socket before it and the application behind it.

use std::sync::Arc;

use liaison_api::{
    lmtp::{Limits, Listen, Listener, serve},
    service::intake::lmtp::LmtpIntake,
};
use support::{JsonExt as _, TestApp, both_engines};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

use super::{Talk, check_applied, text_fixture};

both_engines!(mail_that_comes_by_lmtp_becomes_a_comment);

/// A mail server that talks to the listener.
struct Peer(BufReader<TcpStream>);

impl Peer {
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

/// R10, RFC 2033: 550 for whom we don't know, 250 for each of the others, once the mail is committed.
async fn mail_that_comes_by_lmtp_becomes_a_comment(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let listener = Listener::bind(&"127.0.0.1:0".parse::<Listen>().unwrap()).await.unwrap();
    let address = listener.tcp_address().unwrap();
    let stop = CancellationToken::new();
    let intake = Arc::new(LmtpIntake(app.parts().clone().into_inner()));
    let serving = tokio::spawn(serve(listener, intake, Limits::default(), stop.clone()));

    let mut peer = Peer(BufReader::new(TcpStream::connect(address).await.unwrap()));
    assert!(peer.hear().await.starts_with("220"));
    assert!(peer.say("LHLO mx.acme.example\r\n").await.starts_with("250"));
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
    stop.cancel();
    serving.await.unwrap();

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
