use proptest::prelude::*;

use super::*;

const SMALL: Limits = Limits {
    max_sessions: 1,
    max_message_bytes: 100,
    max_recipients: 3,
    command_timeout: Duration::ZERO,
    data_timeout: Duration::ZERO,
};

/// What a peer heard, and the mails it got rid of.
struct Talk {
    session: Session,
    heard: String,
    mails: Vec<ReceivedMail>,
    is_closed: bool,
}

impl Talk {
    fn begin() -> Self {
        Self { session: Session::new(SMALL), heard: String::new(), mails: Vec::new(), is_closed: false }
    }

    /// Says `text` in one piece and answers the session's questions: what is asked of `unknown@…`, `later@…` or
    /// `refused@…` goes accordingly.
    fn say(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        self.session.input.extend_from_slice(text.as_ref());
        loop {
            match self.session.step() {
                Step::Read => break,
                Step::FindRecipient(address) => {
                    let verdict = match address.split('@').next() {
                        Some("unknown") => RecipientVerdict::Unknown,
                        Some("later") => RecipientVerdict::TryLater,
                        _ => RecipientVerdict::Known,
                    };
                    self.session.answer_recipient(address, verdict);
                }
                Step::Accept(mail) => {
                    let outcomes = mail.recipients.iter().map(|address| match address.split('@').next() {
                        Some("refused") => Outcome::Refused("5.2.1 mailbox disabled"),
                        Some("full") => Outcome::TryLater,
                        _ => Outcome::Stored,
                    });
                    self.session.answer_mail(mail.recipients.len(), outcomes.collect());
                    self.mails.push(mail);
                }
                Step::Close => {
                    self.is_closed = true;
                    break;
                }
            }
        }
        self.heard.push_str(str::from_utf8(&mem::take(&mut self.session.output)).unwrap());
        self
    }

    /// The reply codes heard since the last call, enhanced ones where there are.
    fn codes(&mut self) -> Vec<String> {
        let heard = mem::take(&mut self.heard);
        assert!(heard.is_empty() || heard.ends_with("\r\n"));
        heard
            .lines()
            .map(|line| {
                let mut words = line.split(' ');
                let code = words.next().unwrap_or_default();
                match words.next() {
                    Some(enhanced) if enhanced.split('.').count() == 3 => format!("{code} {enhanced}"),
                    _ => code.to_owned(),
                }
            })
            .collect()
    }

    #[track_caller]
    fn hears(&mut self, expected: &[&str]) -> &mut Self {
        assert_eq!(self.codes(), expected);
        self
    }
}

fn greeted() -> Talk {
    let mut talk = Talk::begin();
    talk.say("LHLO mail.example\r\n").codes();
    talk
}

const ENVELOPE: &str = "MAIL FROM:<anna@b.example>\r\nRCPT TO:<info@acme.example>\r\n";

#[test]
fn lhlo_lists_what_is_offered() {
    let mut talk = Talk::begin();
    talk.say("LHLO mail.example\r\n");
    assert_eq!(
        talk.heard,
        "220 liaison LMTP\r\n250-liaison\r\n250-PIPELINING\r\n250-SIZE 100\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
         250-ENHANCEDSTATUSCODES\r\n250 XFORWARD NAME ADDR PROTO HELO\r\n"
    );
}

/// RFC 2033 §4.1.
#[test]
fn helo_and_ehlo_are_refused() {
    Talk::begin().say("HELO mail.example\r\nEHLO mail.example\r\nMAIL FROM:<>\r\n").hears(&[
        "220",
        "500 5.5.1",
        "500 5.5.1",
        "503 5.5.1",
    ]);
}

#[test]
fn a_mail_is_handed_over_with_its_envelope() {
    let mut talk = greeted();
    talk.say("MAIL FROM:<anna@b.example> SIZE=12 BODY=8BITMIME\r\n").hears(&["250 2.1.0"]);
    talk.say("RCPT TO:<info@acme.example>\r\n").hears(&["250 2.1.5"]);
    talk.say("DATA\r\n").hears(&["354"]);
    talk.say("Subject: a\r\n\r\n..b\r\n.\r\n").hears(&["250 2.0.0"]);
    talk.say("QUIT\r\n").hears(&["221 2.0.0"]);
    assert!(talk.is_closed);
    assert_eq!(
        talk.mails,
        [ReceivedMail {
            envelope_sender: "anna@b.example".to_owned(),
            recipients: vec!["info@acme.example".to_owned()],
            peer: Peer::default(),
            hop: None,
            raw: Bytes::from_static(b"Subject: a\r\n\r\n.b\r\n"),
        }]
    );
}

/// RFC 2920 §3.1: the end of a message and the next envelope may come in one piece.
#[test]
fn transactions_may_be_pipelined() {
    let mut talk = greeted();
    talk.say(format!("{ENVELOPE}DATA\r\n")).hears(&["250 2.1.0", "250 2.1.5", "354"]);
    talk.say(format!("first\r\n.\r\n{ENVELOPE}DATA\r\n")).hears(&[
        "250 2.0.0",
        "250 2.1.0",
        "250 2.1.5",
        "354",
    ]);
    talk.say("second\r\n.\r\nQUIT\r\n").hears(&["250 2.0.0", "221 2.0.0"]);
    assert_eq!(
        talk.mails.iter().map(|mail| &*mail.raw).collect::<Vec<_>>(),
        [b"first\r\n" as &[u8], b"second\r\n"]
    );
}

#[test]
fn commands_may_come_byte_by_byte() {
    let mut talk = greeted();
    for byte in format!("{ENVELOPE}DATA\r\n").bytes() {
        talk.say([byte]);
    }
    talk.hears(&["250 2.1.0", "250 2.1.5", "354"]);
}

/// RFC 2033 §4.2.
#[test]
fn each_recipient_that_was_taken_is_answered_in_order() {
    let mut talk = greeted();
    talk.say("MAIL FROM:<>\r\nRCPT TO:<refused@acme.example>\r\nRCPT TO:<unknown@acme.example>\r\nRCPT TO:<later@acme.example>\r\n")
        .hears(&["250 2.1.0", "250 2.1.5", "550 5.1.1", "451 4.3.0"]);
    talk.say("RCPT TO:<full@acme.example>\r\nRCPT TO:<инфо@acme.example>\r\nRCPT TO:<info@acme.example>\r\nDATA\r\n")
        .hears(&["250 2.1.5", "250 2.1.5", "452 4.5.3", "354"]);
    talk.say("a\r\n.\r\n").hears(&["550 5.2.1", "451 4.3.0", "250 2.0.0"]);
    let [mail] = &*talk.mails else { panic!("{} mails", talk.mails.len()) };
    assert_eq!(mail.envelope_sender, "");
    assert_eq!(mail.recipients, ["refused@acme.example", "full@acme.example", "инфо@acme.example"]);
}

#[test]
fn a_recipient_without_outcome_is_told_to_try_later() {
    let mut session = Session::new(SMALL);
    session.output.clear();
    session.answer_mail(2, vec![Outcome::Stored]);
    assert_eq!(session.output, b"250 2.0.0 stored\r\n451 4.3.0 cannot store the mail now\r\n");
}

/// RFC 2033 §4.2: 503 rather than 354 when no RCPT was taken.
#[test]
fn data_without_recipients_is_refused() {
    let mut talk = greeted();
    talk.say("DATA\r\n").hears(&["503 5.5.1"]);
    talk.say("MAIL FROM:<>\r\nRCPT TO:<unknown@acme.example>\r\nDATA\r\n").hears(&[
        "250 2.1.0",
        "550 5.1.1",
        "503 5.5.1",
    ]);
}

#[test]
fn rset_ends_a_transaction() {
    let mut talk = greeted();
    talk.say(format!("{ENVELOPE}RSET\r\nDATA\r\n")).hears(&[
        "250 2.1.0",
        "250 2.1.5",
        "250 2.0.0",
        "503 5.5.1",
    ]);
    talk.say("MAIL FROM:<>\r\nMAIL FROM:<>\r\nLHLO mail.example\r\nRCPT TO:<info@acme.example>\r\n");
    assert_eq!(talk.codes().last().map(String::as_str), Some("503 5.5.1"));
    let mut early = Talk::begin();
    early.say("RSET\r\nMAIL FROM:<>\r\n").hears(&["220", "250 2.0.0", "503 5.5.1"]);
}

#[test]
fn a_message_over_the_limit_is_refused_before_or_after_it_came() {
    let mut talk = greeted();
    talk.say("MAIL FROM:<> SIZE=101\r\nRCPT TO:<info@acme.example>\r\nDATA\r\n").hears(&[
        "552 5.3.4",
        "503 5.5.1",
        "503 5.5.1",
    ]);
    talk.say(
        "MAIL FROM:<> SIZE=100\r\nRCPT TO:<info@acme.example>\r\nRCPT TO:<anna@acme.example>\r\nDATA\r\n",
    )
    .codes();
    talk.say("a".repeat(90)).say("a".repeat(90)).hears(&[]);
    talk.say("\r\n.\r\nNOOP\r\n").hears(&["552 5.3.4", "552 5.3.4", "250 2.0.0"]);
    assert!(talk.mails.is_empty());
}

/// S14.
#[test]
fn a_message_with_bare_line_breaks_is_refused_whole() {
    for smuggled in ["\n.\n", "\n.\r\n", "\r.\r", "\r\n.\r", "\r\n.\n", "\r\n.\r\r\n", "\n", "\r"] {
        let mut talk = greeted();
        talk.say(format!("{ENVELOPE}RCPT TO:<anna@acme.example>\r\nDATA\r\n")).codes();
        talk.say(format!("a{smuggled}{ENVELOPE}DATA\r\n")).hears(&[]);
        talk.say("b\r\n.\r\n").hears(&["550 5.6.0", "550 5.6.0"]);
        assert!(talk.mails.is_empty(), "{smuggled:?}");
    }
}

/// S14.
#[test]
fn data_sent_before_354_ends_the_session() {
    let mut talk = greeted();
    talk.say(format!("{ENVELOPE}DATA\r\na\r\n.\r\n")).hears(&["250 2.1.0", "250 2.1.5", "554 5.5.0"]);
    assert!(talk.is_closed && talk.mails.is_empty());
    let mut talk = greeted();
    talk.say("BDAT 12 LAST\r\nRSET\r\nQUIT\r\n").hears(&["502 5.5.1"]);
    assert!(talk.is_closed);
}

#[test]
fn any_byte_but_line_breaks_is_kept_as_it_came() {
    let mut talk = greeted();
    talk.say(format!("{ENVELOPE}DATA\r\n"));
    let raw: Vec<u8> = (0..=u8::MAX).filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    for half in raw.chunks(90).take(1).chain([b"\xff\xfe\0" as &[u8], b"\r\n.\r\n"]) {
        talk.say(half);
    }
    assert_eq!(talk.mails[0].raw, [&raw[..90], b"\xff\xfe\0\r\n"].concat());
}

#[test]
fn what_is_told_of_the_client_holds_for_one_mail() {
    let mut talk = greeted();
    talk.say("XFORWARD NAME=out.b.example ADDR=192.0.2.7\r\nXFORWARD PROTO=ESMTP HELO=mx.b.example\r\n")
        .hears(&["250 2.0.0", "250 2.0.0"]);
    talk.say(format!("{ENVELOPE}XFORWARD HELO=x\r\nDATA\r\n")).hears(&[
        "250 2.1.0",
        "250 2.1.5",
        "503 5.5.1",
        "354",
    ]);
    talk.say(format!("a\r\n.\r\nXFORWARD HELO=c.example\r\nXFORWARD LOGIN=x\r\n{ENVELOPE}DATA\r\n"));
    talk.say(format!("b\r\n.\r\nXFORWARD HELO=d.example\r\nMAIL FROM:<> SIZE=101\r\n{ENVELOPE}DATA\r\n"));
    talk.say("c\r\n.\r\n");
    let peers: Vec<&Peer> = talk.mails.iter().map(|mail| &mail.peer).collect();
    assert_eq!(
        peers,
        [
            &Peer {
                address: Some("192.0.2.7".parse().unwrap()),
                name: Some("out.b.example".to_owned()),
                helo: Some("mx.b.example".to_owned()),
                protocol: Some("ESMTP".to_owned()),
            },
            &Peer { helo: Some("c.example".to_owned()), ..Peer::default() },
            &Peer::default(),
        ]
    );
}

#[test]
fn lines_too_long_are_skipped_to_their_end() {
    let mut talk = greeted();
    talk.say("NOOP ").say("a".repeat(5_000)).say("a".repeat(5_000)).hears(&[]);
    assert!(talk.session.input.len() <= MAX_LINE_BYTES);
    talk.say("\r").say("\nNOOP\r\n").hears(&["500 5.5.2", "250 2.0.0"]);
    talk.say(format!("NOOP {}\r\n", "a".repeat(MAX_LINE_BYTES))).hears(&["500 5.5.2"]);
}

#[test]
fn commands_of_other_trades_are_not_offered() {
    greeted().say("VRFY info\r\nEXPN all\r\nSTARTTLS\r\nAUTH PLAIN AA==\r\n").hears(&[
        "252 2.1.5",
        "502 5.5.1",
        "502 5.5.1",
        "502 5.5.1",
    ]);
}

#[test]
fn twenty_mistakes_end_the_session() {
    let mut talk = greeted();
    talk.say("HELP\r\n".repeat(19));
    assert!(!talk.is_closed);
    talk.say("HELP\r\nNOOP\r\n");
    assert!(talk.is_closed);
    assert_eq!(talk.codes().last().map(String::as_str), Some("421 4.7.0"));
}

/// A pipelined envelope of many recipients whose MAIL is refused is one refusal, not many mistakes.
#[test]
fn recipients_after_a_refused_sender_are_no_mistakes() {
    let mut talk = greeted();
    talk.say(format!("MAIL FROM:<> SIZE=101\r\n{}DATA\r\n", "RCPT TO:<info@acme.example>\r\n".repeat(50)));
    assert!(!talk.is_closed);
}

/// The lines of the wire as a message would have them, the lone dot as `end`. The last piece ends in no CRLF.
fn undotted_lines(wire: &str) -> Vec<&str> {
    let (lines, _) = wire.rsplit_once("\r\n").unwrap_or_default();
    lines
        .split("\r\n")
        .map(|line| if line == "." { "end" } else { line.strip_prefix('.').unwrap_or(line) })
        .collect()
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(pieces in proptest::collection::vec(any::<Vec<u8>>(), 0..20)) {
        let mut talk = greeted();
        for piece in pieces {
            talk.say(piece);
        }
        prop_assert!(talk.mails.is_empty());
    }

    #[test]
    fn arbitrary_arguments_never_panic(
        lines in proptest::collection::vec("(MAIL FROM:<|RCPT TO:<|XFORWARD |BDAT |AUTH |NOOP )[ -~\u{e9}\\t]{0,40}", 0..20),
    ) {
        greeted().say(lines.join("\r\n"));
    }

    /// S14: every mail stood on the wire as it was handed over, and behind it the one true end.
    #[test]
    fn no_mail_is_made_that_crlf_dot_crlf_did_not_end(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("DATA\r\n".to_owned()),
                Just(format!("{ENVELOPE}DATA\r\n")),
                Just("RSET\r\n".to_owned()),
                Just("\r\n.\r\n".to_owned()),
                "(\r\n|\r|\n|\\.|a){0,6}",
            ],
            0..30,
        ),
    ) {
        let mut talk = greeted();
        talk.say(format!("{ENVELOPE}DATA\r\n"));
        for piece in &pieces {
            talk.say(piece);
        }
        let wire = pieces.concat();
        let lines = undotted_lines(&wire);
        for mail in &talk.mails {
            let raw = str::from_utf8(&mail.raw).unwrap();
            let sent: Vec<&str> = raw.split_terminator("\r\n").chain(["end"]).collect();
            prop_assert!(lines.windows(sent.len()).any(|window| window == sent));
            prop_assert!(!raw.replace("\r\n", "").contains(['\r', '\n']));
        }
    }
}
