//! One command line read. The grammar is smtp-proto's; this adds what it is lenient about and XFORWARD.

use std::borrow::Cow;

use smtp_proto::{Error, MAIL_BODY_7BIT, MAIL_BODY_8BITMIME, MAIL_SMTPUTF8, MailFrom, RcptTo, Request};

/// A command, as far as the session tells commands apart.
#[derive(Debug)]
pub(super) enum Command {
    Lhlo,
    /// HELO or EHLO.
    Smtp,
    /// The attributes, still in their own syntax.
    Xforward(String),
    /// `sender` is empty for `<>`, `size` is 0 when it was not declared.
    Mail {
        sender: String,
        size: usize,
    },
    Recipient(String),
    Data,
    /// BDAT: bytes of a message follow at once.
    Chunk,
    Reset,
    Noop,
    Verify,
    Quit,
    /// Well-known and not for us: AUTH, STARTTLS, EXPN …
    NotOffered,
}

/// What is said to a line that is no command.
pub(super) type Complaint = &'static str;

/// Reads a line including its CRLF.
pub(super) fn read_command(line: &[u8]) -> Result<Command, Complaint> {
    // The grammar ends a line at any LF and skips every CR, which would let one line be two.
    let text = str::from_utf8(line).map_err(|_source| "500 5.5.2 not UTF-8")?;
    let text = text.strip_suffix("\r\n").unwrap_or(text);
    if text.contains(char::is_control) {
        return Err("500 5.5.2 control character in a command");
    }
    if let Some((verb, attributes)) = text.split_once(' ')
        && verb.eq_ignore_ascii_case("XFORWARD")
    {
        return Ok(Command::Xforward(attributes.to_owned()));
    }
    match Request::parse(&mut line.iter()).map_err(|error| complain(&error))? {
        Request::Lhlo { .. } => Ok(Command::Lhlo),
        Request::Ehlo { .. } | Request::Helo { .. } => Ok(Command::Smtp),
        Request::Mail { from } => read_mail(from, text),
        Request::Rcpt { to } => read_recipient(to),
        Request::Data => Ok(Command::Data),
        Request::Bdat { .. } => Ok(Command::Chunk),
        Request::Rset => Ok(Command::Reset),
        Request::Noop { .. } => Ok(Command::Noop),
        Request::Vrfy { .. } => Ok(Command::Verify),
        Request::Quit => Ok(Command::Quit),
        Request::Auth { .. }
        | Request::Expn { .. }
        | Request::Help { .. }
        | Request::Etrn { .. }
        | Request::Atrn { .. }
        | Request::Burl { .. }
        | Request::StartTls => Ok(Command::NotOffered),
    }
}

fn read_mail(from: MailFrom<Cow<'_, str>>, text: &str) -> Result<Command, Complaint> {
    const OFFERED: u64 = MAIL_BODY_7BIT | MAIL_BODY_8BITMIME | MAIL_SMTPUTF8;
    let understood = MailFrom {
        address: from.address.clone(),
        size: from.size,
        flags: from.flags & OFFERED,
        ..MailFrom::default()
    };
    if from != understood {
        return Err(UNKNOWN_PARAMETER);
    }
    // The grammar reads <postmaster> as empty too, and an empty sender makes a mail a bounce.
    if from.address.is_empty() && !text.contains("<>") {
        return Err(BAD_SENDER);
    }
    Ok(Command::Mail { sender: from.address.into_owned(), size: from.size })
}

fn read_recipient(to: RcptTo<Cow<'_, str>>) -> Result<Command, Complaint> {
    if to != (RcptTo { address: to.address.clone(), ..RcptTo::default() }) {
        return Err(UNKNOWN_PARAMETER);
    }
    if to.address.is_empty() {
        return Err(BAD_RECIPIENT);
    }
    Ok(Command::Recipient(to.address.into_owned()))
}

const UNKNOWN_PARAMETER: Complaint = "555 5.5.4 parameter not offered";
const BAD_SENDER: Complaint = "501 5.1.7 not an address of the form name@domain";
const BAD_RECIPIENT: Complaint = "501 5.1.3 not an address of the form name@domain";

fn complain(error: &Error) -> Complaint {
    match error {
        Error::UnknownCommand => "500 5.5.1 unknown command",
        Error::InvalidSenderAddress => BAD_SENDER,
        Error::InvalidRecipientAddress => BAD_RECIPIENT,
        Error::UnsupportedParameter { .. } => UNKNOWN_PARAMETER,
        Error::SyntaxError { .. }
        | Error::InvalidParameter { .. }
        | Error::NeedsMoreData { .. }
        | Error::ResponseTooLong
        | Error::InvalidResponse { .. } => "501 5.5.4 malformed command",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(line: &str, complaint: &str) {
        match read_command(format!("{line}\r\n").as_bytes()) {
            Err(text) => assert!(text.starts_with(complaint), "{line:?}: {text}"),
            Ok(command) => panic!("{line:?} was read as {command:?}"),
        }
    }

    #[track_caller]
    fn check_sender(line: &str, expected: &str) {
        match read_command(format!("{line}\r\n").as_bytes()) {
            Ok(Command::Mail { sender, .. }) => assert_eq!(sender, expected),
            other => panic!("{line:?}: {other:?}"),
        }
    }

    #[test]
    fn senders_are_read_with_the_parameters_offered() {
        check_sender("MAIL FROM:<anna@b.example>", "anna@b.example");
        check_sender("mail from:<anna@b.example> size=100 body=8bitmime smtputf8", "anna@b.example");
        check_sender("MAIL FROM:<анна@пример.рф> SMTPUTF8", "анна@пример.рф");
        check_sender("MAIL FROM:<> SIZE=0", "");
    }

    /// RFC 5321 §4.1.1.11: a parameter that was not announced is refused, never ignored.
    #[test]
    fn parameters_not_offered_are_refused() {
        for parameter in
            ["BODY=BINARYMIME", "REQUIRETLS", "HOLDFOR=60", "RET=FULL", "AUTH=<>", "ENVID=x", "FUNNY=1"]
        {
            check_refused(&format!("MAIL FROM:<anna@b.example> {parameter}"), "555 5.5.4");
        }
        check_refused("RCPT TO:<info@acme.example> NOTIFY=NEVER", "555 5.5.4");
        check_refused("RCPT TO:<info@acme.example> ORCPT=rfc822;x@y.example", "555 5.5.4");
    }

    #[test]
    fn malformed_lines_are_refused() {
        for (line, complaint) in [
            ("", "500 5.5.1"),
            ("FROBNICATE", "500 5.5.1"),
            ("MAIL", "501 5.5.4"),
            ("MAIL FROM:anna@b.example", "501 5.5.4"),
            ("MAIL FROM:<anna@b.example> SIZE=many", "501 5.5.4"),
            ("MAIL FROM:<anna>", "501 5.1.7"),
            ("MAIL FROM:<postmaster>", "501 5.1.7"),
            ("RCPT TO:<>", "501 5.1.3"),
            ("RCPT TO:<postmaster>", "501 5.1.3"),
            ("LHLO", "501 5.5.4"),
        ] {
            check_refused(line, complaint);
        }
    }

    /// S14: one line is never two.
    #[test]
    fn control_characters_are_refused_in_commands() {
        for line in ["RSET\nQUIT", "RSET\rQUIT", "RCPT TO:<a\0@b.example>", "NOOP \u{7f}"] {
            check_refused(line, "500 5.5.2");
        }
        assert_eq!(read_command(b"NOOP \xff\r\n").unwrap_err(), "500 5.5.2 not UTF-8");
    }
}
