//! Is it a delivery report? Asked only of mails without the standard fields.

use crate::parse::{mail::Mailbox, mime::Part};

/// Names before the `@` that only mail servers write under.
const DAEMONS: [&str; 7] =
    ["mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon", "mail.daemon", "mdaemon", "maildaemon"];

/// What only mail servers call themselves, in lower case.
const DAEMON_NAMES: [&str; 7] = [
    "mail delivery sub",
    "mail delivery sys",
    "mail delivery service",
    "mailer-daemon",
    "mailer daemon",
    "internet mail delivery",
    "mail delivery agent",
];

/// Names that servers share with the people who run them.
const OPERATORS: [&str; 7] =
    ["postmaster", "post_master", "mailadmin", "sysadmin", "administrator", "mail-admin", "mailmaster"];

/// What only reports are called, in lower case.
const TITLES: [&str; 10] = [
    "undelivered mail returned to sender",
    "delivery status notification",
    "returned mail: ",
    "mail delivery failed: return",
    "mail delivery system",
    "mail system error - returned mail",
    "warning: could not send message",
    "nondeliverable mail",
    "недоставленное сообщение",
    "mail delivery failed, return",
];

/// What reports are called among other things.
const TITLE_WORDS: [&str; 22] = [
    "undeliver",
    "returned",
    "deliver",
    "failure",
    "bounce",
    "could not",
    "unable",
    "error",
    "non-livré",
    "non distribu",
    "échec",
    "no se puede entregar",
    "entrega",
    "recapito",
    "onbestelbaar",
    "доставк",
    "доставл",
    "niedostarcz",
    "zwrot",
    "zustell",
    "配信",
    "mail fail",
];

/// What only a report says, in lower case.
const PHRASES: [&str; 62] = [
    "created automatically by mail delivery",
    "this is the mail system at host",
    "this is the postfix program",
    "this is the qmail-send program",
    "able to deliver your message",
    "unable to deliver",
    "permanent error",
    "fatal error",
    "delivery error",
    "following address(es) failed",
    "be delivered",
    "been delivered",
    "being delivered",
    "not delivered",
    "delivering your mail",
    "delivering your message",
    "did not reach",
    "delivery to the following",
    "delivery has failed",
    "delivery failed",
    "delivery failure",
    "failed to deliver",
    "failed to be delivered",
    "delivery of your message",
    "undeliverable",
    "undelivered",
    "did not receive",
    "returned to sender",
    "user unknown",
    "unknown user",
    "unknown recipient",
    "recipient unknown",
    "no such user",
    "no such recipient",
    "no such mailbox",
    "not listed in",
    "not found in",
    "doesn't exist",
    "does not exist",
    "mailbox is full",
    "mailbox full",
    "over quota",
    "quota exceeded",
    "exceeded the",
    "was rejected",
    "rejected your message",
    "rejected for the following reason",
    "message rejected",
    "has been blocked",
    "recipient address rejected",
    "rcpt to",
    "remote host said",
    "smtp error",
    "transcript of session",
    "returned message",
    "доставить",
    "доставлен",
    "zustellen",
    "zugestellt",
    "pas pu être",
    "no se pudo entregar",
    "送信",
];

/// Why the mail is a report, or nothing. Its text falls into the `notice` and the `returned` mail.
pub(super) fn find(root: &Part<'_>, notice: &str, returned: &str) -> Option<String> {
    let headers = &root.headers;
    if root.parameter("report-type").is_some_and(|it| it.eq_ignore_ascii_case("delivery-status")) {
        return Some("its type is a report on delivery".to_owned());
    }
    if headers.has("X-Failed-Recipients") {
        return Some("it names failed recipients".to_owned());
    }
    let subject = headers.keyword("Subject");
    let notice = notice.to_lowercase();
    let has_title = TITLES.iter().any(|it| subject.starts_with(it));
    let has_phrase = PHRASES.iter().any(|it| notice.contains(it));
    let has_title_word = has_title || TITLE_WORDS.iter().any(|it| subject.contains(it));
    let is_mail =
        |part: &&Part<'_>| part.media_type == "message/rfc822" || part.media_type == "text/rfc822-headers";
    let returns_mail = !returned.is_empty() || root.walk().iter().skip(1).any(is_mail);
    let sender = headers.mailboxes("From").into_iter().next().unwrap_or_default();
    if is_daemon(&sender, &String::from_utf8_lossy(headers.raw("From").unwrap_or_default())) {
        return Some("a mail server wrote it".to_owned());
    }
    if has_title {
        return Some("it is titled as a report on delivery".to_owned());
    }
    let is_answer =
        ["re:", "aw:", "sv:", "antw:", "fwd:", "fw:", "ответ"].iter().any(|it| subject.starts_with(it));
    let is_unasked = is_null_sender(root) || is_named(&sender, &OPERATORS);
    let signs = [is_unasked, has_title_word, has_phrase, returns_mail].into_iter().filter(|it| *it).count();
    if signs >= 3 && !is_answer {
        return Some("it says that mail was not delivered".to_owned());
    }
    None
}

/// Sent without a return path, as reports are; answering programs do so too (RFC 3834 §3.3), so it is the last sign.
pub(super) fn is_null_sender(root: &Part<'_>) -> bool {
    root.headers.raw("Return-Path").is_some_and(|it| it.trim_ascii() == b"<>")
}

fn is_daemon(sender: &Mailbox, raw: &str) -> bool {
    let name = sender.name.as_deref().unwrap_or_default().to_lowercase();
    let raw = raw.trim().to_lowercase();
    is_named(sender, &DAEMONS)
        || DAEMON_NAMES.iter().any(|it| name.contains(it))
        || DAEMONS.iter().any(|it| raw.starts_with(it))
}

fn is_named(sender: &Mailbox, names: &[&str]) -> bool {
    let local = sender.address.split('@').next().unwrap_or_default().to_lowercase();
    names.iter().any(|it| local.starts_with(it))
}

/// `true` where the report says that delivery is still being tried.
pub(super) fn is_delay(root: &Part<'_>, notice: &str) -> bool {
    let subject = root.headers.keyword("Subject");
    let notice = notice.to_lowercase();
    let says = |words: &[&str], text: &str| words.iter().any(|it| text.contains(it));
    says(&["delay", "warning: "], &subject)
        || says(
            &[
                "will be retried",
                "continue to be attempted",
                "not need to resend",
                "keep trying",
                "still being tried",
                "will continue trying",
                "warning message only",
            ],
            &notice,
        )
}
