//! An LMTP session: the first byte says how the bytes that follow are cut into pieces.

#![no_main]

use std::time::Duration;

use liaison_mailer::lmtp::{
    Limits, Outcome, ReceivedMail, RecipientVerdict,
    session::{Session, Step},
};

const LIMITS: Limits = Limits {
    max_sessions: 1,
    max_message_bytes: 500,
    max_recipients: 3,
    command_timeout: Duration::ZERO,
    data_timeout: Duration::ZERO,
};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((piece, said)) = data.split_first() else { return };
    Talk::of(said.chunks(usize::from(*piece).max(1)));
    // Who waits for 354 is answered the same however his words are cut.
    let turns = || said.split_inclusive(|byte| *byte == b'\n');
    let pieces = turns().flat_map(|turn| turn.chunks(usize::from(*piece).max(1)));
    assert_eq!(Talk::of(turns()), Talk::of(pieces), "the pieces make a difference");
});

#[derive(Debug, Default, PartialEq)]
struct Talk {
    heard: String,
    mails: Vec<ReceivedMail>,
}

impl Talk {
    fn of<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut talk = Self::default();
        let mut session = Session::new(LIMITS);
        for piece in pieces {
            session.input.extend_from_slice(piece);
            if !talk.go_on(&mut session) {
                break;
            }
        }
        talk
    }

    /// Answers the session's questions; false when it has ended.
    fn go_on(&mut self, session: &mut Session) -> bool {
        let goes_on = loop {
            match session.step() {
                Step::Read => break true,
                Step::Close => break false,
                Step::FindRecipient(address) => {
                    assert!(address.len() <= 256 && address.contains('@'), "no address: {address:?}");
                    let verdict = match address.as_bytes().first() {
                        Some(b'u') => RecipientVerdict::Unknown,
                        Some(b'l') => RecipientVerdict::TryLater,
                        _ => RecipientVerdict::Known,
                    };
                    session.answer_recipient(address, verdict);
                }
                Step::Accept(mail) => {
                    check_mail(&mail);
                    session.answer_mail(mail.recipients.len(), vec![Outcome::Stored; mail.recipients.len()]);
                    self.mails.push(mail);
                }
            }
        };
        let output = String::from_utf8(std::mem::take(&mut session.output)).expect("replies are ASCII");
        for line in output.split_inclusive("\r\n") {
            let text = line.strip_suffix("\r\n").expect("a reply ends with CRLF");
            assert!(text.len() <= 510 && text.bytes().all(|it| (b' '..=b'~').contains(&it)), "{text:?}");
            assert!(text.get(..3).is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit())), "{text:?}");
        }
        self.heard.push_str(&output);
        goes_on
    }
}

/// S14: one mail is one mail, in lines that end with CRLF.
fn check_mail(mail: &ReceivedMail) {
    assert!((1..=LIMITS.max_recipients).contains(&mail.recipients.len()));
    assert!(mail.raw.len() <= LIMITS.max_message_bytes, "too long");
    assert!(mail.raw.is_empty() || mail.raw.ends_with(b"\r\n"), "no line end");
    let text: Vec<u8> = mail.raw.to_vec();
    let lines = String::from_utf8_lossy(&text).replace("\r\n", "");
    assert!(!lines.contains(['\r', '\n']), "a bare line break");
}
