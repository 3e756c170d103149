//! The dialogue with servers that agree, refuse, hang up, fall silent or misread line ends.

use std::net::TcpListener;

use liaison_domain::mail_address::EmailAddress;

use liaison_domain::mailbox::LoginMethod;

use super::{
    fake_server::{Answer, CERTIFICATE, FakeServer, Offer, Received},
    *,
};
use crate::transport::{FailureClass, Reply};

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn to(recipients: &[&str]) -> Envelope {
    Envelope {
        sender: Some(address("bounce+1@acme.example")),
        recipients: recipients.iter().map(|it| address(it)).collect(),
    }
}

fn anna() -> Envelope {
    to(&["anna@x.example"])
}

fn server(port: u16, security: Security) -> SmtpServer {
    SmtpServer { security, ..SmtpServer::new("localhost", port) }
}

fn plain(fake: &FakeServer) -> SmtpTransport {
    SmtpTransport::new(server(fake.port, Security::None))
}

const MESSAGE: &[u8] = b"Subject: Hi\r\n\r\n.\r\n..two\r\nend\r\n";

fn received(data: &[u8]) -> Received {
    Received {
        from: "bounce+1@acme.example".to_owned(),
        to: vec!["anna@x.example".to_owned()],
        data: data.to_vec(),
        is_encrypted: false,
    }
}

#[tokio::test]
async fn a_message_arrives_as_it_was_handed_over() {
    let fake = FakeServer::friendly();
    let accepted = plain(&fake).send(&anna(), MESSAGE).await.unwrap();
    assert_eq!(accepted, Accepted { reply: "250 2.0.0 Ok: queued as 4F2A".to_owned(), refused: Vec::new() });
    assert_eq!(fake.seen().messages, [received(MESSAGE)]);
}

#[tokio::test]
async fn an_empty_sender_stays_empty() {
    let fake = FakeServer::friendly();
    let envelope = Envelope { sender: None, ..anna() };
    plain(&fake).send(&envelope, MESSAGE).await.unwrap();
    assert_eq!(fake.seen().messages[0].from, "");
}

#[tokio::test]
async fn messages_follow_each_other_on_one_connection() {
    let fake = FakeServer::friendly();
    let transport = plain(&fake);
    for _ in 0..3 {
        transport.send(&anna(), MESSAGE).await.unwrap();
    }
    assert_eq!(fake.counts(), (1, 3));
}

/// R38
#[tokio::test]
async fn a_stale_idle_connection_is_replaced_at_once() {
    for hint in ["UsualThenClose", "421"] {
        let fake =
            FakeServer::start(Offer::Nothing, move |connection, command| match (hint, connection, command) {
                ("UsualThenClose", 0, ".") => Answer::UsualThenClose,
                ("421", 0, "MAIL FROM:<bounce+2@acme.example>") => Answer::Say("421 4.4.2 idle too long"),
                _ => Answer::Usual,
            });
        let transport = plain(&fake);
        transport.send(&anna(), MESSAGE).await.unwrap();
        let second = Envelope { sender: Some(address("bounce+2@acme.example")), ..anna() };
        transport.send(&second, MESSAGE).await.unwrap();
        assert_eq!(fake.counts(), (2, 2), "{hint}");
    }
}

#[tokio::test]
async fn one_refused_recipient_keeps_the_mail_from_nobody_else() {
    let fake = FakeServer::start(Offer::Nothing, |_, command| match command {
        "RCPT TO:<gone@x.example>" => Answer::Say("550-5.1.1 no such\r\n550 5.1.1 user"),
        _ => Answer::Usual,
    });
    let accepted = plain(&fake).send(&to(&["gone@x.example", "anna@x.example"]), MESSAGE).await.unwrap();
    assert_eq!(accepted.refused[0].address, address("gone@x.example"));
    assert_eq!(accepted.refused[0].reply, Reply::new(550, "5.1.1 no such user"));
    assert_eq!(fake.seen().messages[0].to, ["anna@x.example"]);
}

#[tokio::test]
async fn with_every_recipient_refused_no_message_is_handed_over_and_the_connection_lives_on() {
    let fake = FakeServer::start(Offer::Nothing, |_, command| match command {
        "RCPT TO:<gone@x.example>" => Answer::Say("550 5.1.1 no such user"),
        "RCPT TO:<full@x.example>" => Answer::Say("452 4.2.2 mailbox full"),
        _ => Answer::Usual,
    });
    let transport = plain(&fake);
    let error = transport.send(&to(&["gone@x.example"]), MESSAGE).await.unwrap_err();
    assert!(matches!(error, SendError::Permanent { class: FailureClass::Recipient, .. }), "{error}");
    assert_eq!(error.to_string(), "recipient, for good: 550 5.1.1 no such user");
    let error = transport.send(&to(&["gone@x.example", "full@x.example"]), MESSAGE).await.unwrap_err();
    assert!(matches!(error, SendError::Transient { class: FailureClass::Recipient, .. }), "{error}");
    assert_eq!(error.recipients().len(), 2);
    transport.send(&anna(), MESSAGE).await.unwrap();
    assert_eq!(fake.counts(), (1, 1));
}

#[track_caller]
fn check_failure(fake: &FakeServer, result: Result<Accepted, SendError>, shown: &str) {
    assert_eq!(result.unwrap_err().to_string(), shown);
    assert_eq!(fake.seen().messages, []);
}

/// Each place where a server may say no, hang up or fall silent, and what the queue is told.
#[tokio::test]
async fn the_failure_says_where_and_whether_to_try_again() {
    for (at, answer, shown) in [
        ("", "554 5.7.1 go away", "greeting, for good: 554 5.7.1 go away"),
        ("", "421 busy", "greeting, for now: 421 busy"),
        ("", "close", "lost, for now"),
        ("", "silence", "timeout, for now"),
        ("", "SSH-2.0-OpenSSH", "protocol, for now"),
        ("MAIL", "550 5.7.1 sender not owned", "sender, for good: 550 5.7.1 sender not owned"),
        ("MAIL", "close", "lost, for now"),
        ("RCPT", "421 4.3.2 shutting down", "lost, for now: 421 4.3.2 shutting down"),
        ("RCPT", "close", "lost, for now"),
        ("RCPT", "silence", "timeout, for now"),
        ("DATA", "451 4.7.1 greylisted", "message, for now: 451 4.7.1 greylisted"),
        (".", "554 5.6.0 spam", "message, for good: 554 5.6.0 spam"),
        (".", "452 4.3.1 disk full", "message, for now: 452 4.3.1 disk full"),
        (".", "close", "lost, after the message was handed over"),
        (".", "silence", "timeout, after the message was handed over"),
    ] {
        let fake =
            FakeServer::start(Offer::Nothing, move |_, command| match (command.starts_with(at), answer) {
                (false, _) => Answer::Usual,
                _ if at.is_empty() && !command.is_empty() => Answer::Usual,
                (true, "close") => Answer::Close,
                (true, "silence") => Answer::Silence,
                (true, line) => Answer::Say(line),
            });
        let mut server = server(fake.port, Security::None);
        if answer == "silence" {
            server.limits =
                TimeLimits { step: Duration::from_millis(500), message: Duration::from_millis(500) };
        }
        let result = SmtpTransport::new(server).send(&anna(), MESSAGE).await;
        check_failure(&fake, result, shown);
    }
}

/// S15: whatever stands in a text, a server sees one message, even one that takes any line end for a line end.
#[tokio::test]
async fn dots_and_bare_line_ends_never_make_a_second_transaction() {
    let fake = FakeServer::friendly();
    let transport = plain(&fake);
    let smuggled = "MAIL FROM:<evil@x.example>\nRCPT TO:<anna@x.example>\nDATA\nhi\n.\n";
    let payloads = ["\n.\n", "\r.\r", "\r\n.\r\n", "\n.\r\n", "\r\n.\n", "\r\n.\r", ".", "..\n.\n.."];
    for (number, payload) in payloads.into_iter().enumerate() {
        let text = format!("a{payload}{smuggled}");
        let bytes = crate::compose::message::tests::message_of(&text).to_bytes().unwrap();
        transport.send(&anna(), &bytes).await.unwrap();
        let seen = fake.seen();
        assert_eq!(seen.messages.len(), number + 1, "{payload:?}");
        assert_eq!(seen.messages[number], received(&bytes), "{payload:?}");
        assert!(!seen.commands.iter().flatten().any(|it| it.contains("evil")), "{payload:?}");
    }
}

/// S15
#[tokio::test]
async fn a_message_with_bare_line_ends_or_raw_letters_goes_nowhere() {
    let fake = FakeServer::friendly();
    for message in ["a\n.\nb", "a\r.\rb", "a\r", "я\r\n"] {
        let error = plain(&fake).send(&anna(), message.as_bytes()).await.unwrap_err();
        assert_eq!(error, SendError::permanent(FailureClass::Message), "{message:?}");
    }
    assert_eq!(fake.seen().commands.len(), 0);
}

#[tokio::test]
async fn addresses_that_need_smtputf8_and_empty_lists_are_refused_before_connecting() {
    let fake = FakeServer::friendly();
    for (envelope, class) in [
        (to(&["анна@x.example"]), FailureClass::Recipient),
        (to(&[]), FailureClass::Recipient),
        (Envelope { sender: Some(address("иван@x.example")), ..anna() }, FailureClass::Sender),
    ] {
        assert_eq!(plain(&fake).send(&envelope, MESSAGE).await, Err(SendError::permanent(class)));
    }
    assert_eq!(fake.seen().commands.len(), 0);
}

#[tokio::test]
async fn hosts_that_cannot_be_reached_are_told_apart_by_class() {
    let closed_port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let refused = SmtpTransport::new(server(closed_port, Security::None));
    assert_eq!(refused.send(&anna(), MESSAGE).await, Err(SendError::transient(FailureClass::Refused)));

    let nowhere = SmtpServer { host: format!("{}.example", "x".repeat(64)), ..server(25, Security::None) };
    let nowhere = SmtpTransport::new(nowhere);
    assert_eq!(nowhere.send(&anna(), MESSAGE).await, Err(SendError::transient(FailureClass::Dns)));

    // S17
    let fake = FakeServer::friendly();
    let allowed = AddressRule::new(|address| !address.ip().is_loopback());
    let inside = SmtpTransport::new(SmtpServer { allowed, ..server(fake.port, Security::None) });
    assert_eq!(inside.send(&anna(), MESSAGE).await, Err(SendError::permanent(FailureClass::Forbidden)));
    assert_eq!(fake.seen().commands.len(), 0);
}

fn with_login(server: SmtpServer) -> SmtpServer {
    let credentials =
        Credentials { user: "bot".to_owned(), password: "secret".into(), method: LoginMethod::Password };
    SmtpServer { credentials: Some(credentials), ..server }
}

#[tokio::test]
async fn a_login_is_sent_and_its_refusal_is_no_bounce() {
    let fake = FakeServer::friendly();
    SmtpTransport::new(with_login(server(fake.port, Security::None))).send(&anna(), MESSAGE).await.unwrap();
    assert_eq!(fake.seen().commands[0][1], "AUTH PLAIN AGJvdABzZWNyZXQ=");

    let fake = FakeServer::start(Offer::Nothing, |_, command| {
        if command.starts_with("AUTH") { Answer::Say("535 5.7.8 wrong password") } else { Answer::Usual }
    });
    let transport = SmtpTransport::new(with_login(server(fake.port, Security::None)));
    assert!(!format!("{transport:?}").contains("secret"));
    check_failure(&fake, transport.send(&anna(), MESSAGE).await, "auth, for good: 535 5.7.8 wrong password");
}

#[tokio::test]
async fn tls_is_used_as_the_security_says() {
    let trusting = |server: SmtpServer| SmtpServer { extra_roots: Some(CERTIFICATE.to_vec()), ..server };
    for (offer, security, trusts, result) in [
        (Offer::StartTls, Security::Opportunistic, false, Ok(true)),
        (Offer::Nothing, Security::Opportunistic, false, Ok(false)),
        (Offer::StartTls, Security::None, true, Ok(false)),
        (Offer::StartTls, Security::StartTls, true, Ok(true)),
        (Offer::StartTls, Security::StartTls, false, Err(FailureClass::Tls)),
        (Offer::Nothing, Security::StartTls, true, Err(FailureClass::Tls)),
        (Offer::Tls, Security::Tls, true, Ok(true)),
        (Offer::Tls, Security::Tls, false, Err(FailureClass::Tls)),
    ] {
        let fake = FakeServer::start(offer, |_, _| Answer::Usual);
        let server = with_login(server(fake.port, security));
        let transport = SmtpTransport::new(if trusts { trusting(server) } else { server });
        let sent = transport.send(&anna(), MESSAGE).await;
        let seen = fake.seen();
        match result {
            Ok(is_encrypted) => {
                sent.unwrap();
                assert_eq!(seen.messages[0].is_encrypted, is_encrypted, "{security:?}");
            }
            Err(class) => {
                assert_eq!(sent, Err(SendError::transient(class)), "{security:?}");
                // No login without encryption that was asked for.
                assert!(!seen.commands.iter().flatten().any(|it| it.starts_with("AUTH")), "{security:?}");
            }
        }
    }
}
