//! Is it a delivery report? Asked only of mails without the standard fields.

use crate::parse::mime::Part;

/// Names before the `@` that mail servers write under.
const DAEMONS: [&str; 8] =
    ["mailer-daemon", "mailerdaemon", "postmaster", "mail-daemon", "mail.daemon", "mdaemon", "mail-delivery-subsystem", "maildaemon"];

/// What servers call themselves, in lower case.
const DAEMON_NAMES: [&str; 7] =
    ["mail delivery sub", "mail delivery sys", "mail delivery service", "mailer-daemon", "mail administrator", "mailer daemon", "internet mail delivery"];

/// What reports are called, in lower case.
const SUBJECTS: [&str; 44] = [
    "undeliver", "delivery status notification", "returned mail", "returned to sender", "failure notice", "delivery failure",
    "delivery fail", "mail delivery failed", "mail failure", "delivery problem", "delivery notification", "delivery error",
    "delivery has failed", "mail system error", "non delivery", "nondeliverable", "non-deliver", "non remis", "warning: could not send message", "warning: message",
    "delivery delayed", "delayed mail", "message delivery", "could not be delivered", "unable to deliver", "delivery report",
    "unzustellbar", "nicht zustellbar", "fehler bei der nachrichtenzustellung", "non distribu", "notification d'échec", "échec de la remise",
    "no se puede entregar", "error de entrega", "mancato recapito", "onbestelbaar", "недостав", "не доставлен", "ошибка доставки",
    "сообщение не может быть доставлено", "возвращ", "niedostarcz", "zwrot poczty", "配信不能",
];

/// What only a report says, in lower case.
const PHRASES: [&str; 30] = [
    "this message was created automatically by mail delivery software",
    "this is the mail system at host",
    "i wasn't able to deliver your message",
    "this is a permanent error",
    "the following addresses had permanent fatal errors",
    "the following address(es) failed",
    "could not be delivered to",
    "could not be delivered",
    "did not reach the following recipient",
    "delivery to the following recipient",
    "delivery has failed to these recipients",
    "unable to deliver message to",
    "unable to deliver your message",
    "was not delivered to",
    "was undeliverable",
    "undeliverable to the following",
    "your message was not delivered",
    "message could not be delivered",
    "the following recipients did not receive",
    "message not delivered to",
    "returned to sender",
    "user unknown",
    "no such user",
    "unknown user",
    "rcpt to:",
    "mailbox is full",
    "not be delivered",
    "за доставку",
    "не удалось доставить",
    "не может быть доставлено",
];

/// Why the mail is a report, or nothing.
pub(super) fn find(root: &Part<'_>, notice: &str) -> Option<String> {
    let headers = &root.headers;
    if root.parameter("report-type").is_some_and(|it| it.eq_ignore_ascii_case("delivery-status")) {
        return Some("its type is a report on delivery".to_owned());
    }
    if headers.has("X-Failed-Recipients") {
        return Some("it names failed recipients".to_owned());
    }
    let from = headers.mailboxes("From").into_iter().next().unwrap_or_default();
    let local = from.address.split('@').next().unwrap_or_default().to_lowercase();
    let name = from.name.unwrap_or_default().to_lowercase();
    let is_daemon = DAEMONS.iter().any(|it| local.starts_with(it)) || DAEMON_NAMES.iter().any(|it| name.contains(it));
    let subject = headers.keyword("Subject");
    let has_subject = SUBJECTS.iter().any(|it| subject.contains(it)) && !subject.starts_with("re:");
    let is_null_sender = headers.raw("Return-Path").is_some_and(|it| it.trim_ascii() == b"<>");
    let notice = notice.to_lowercase();
    let has_phrase = PHRASES.iter().any(|it| notice.contains(it));
    if is_daemon && has_phrase {
        return Some("a mail server says that mail was not delivered".to_owned());
    }
    None.or(has_subject.then_some("")).map(|_| String::new()).or(is_null_sender.then(String::new)).filter(|_| has_phrase || is_daemon)
}

/// `true` where the report says that delivery is still being tried.
pub(super) fn is_delay(root: &Part<'_>, notice: &str) -> bool {
    let subject = root.headers.keyword("Subject");
    let notice = notice.to_lowercase();
    ["delay", "warning: "].iter().any(|it| subject.contains(it))
        || ["will be retried", "will continue to be attempted", "do not need to resend", "will keep trying", "still being tried"].iter().any(|it| notice.contains(it))
}
