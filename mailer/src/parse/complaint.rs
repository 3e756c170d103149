//! Feedback reports: a recipient said that a mail of ours is unwanted (ARF, RFC 5965).

use super::{
    bounce::{self, notification::Notification},
    limits::Limits,
    mail::Complaint,
    mime::Part,
};

/// A feedback report and why the mail is taken for one.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) complaint: Complaint,
    pub(super) reason: String,
}

/// Reads the mail as a feedback report. `text` is its body as text.
pub(super) fn read(root: &Part<'_>, text: &str, limits: &Limits) -> Option<Report> {
    let reason = find(root, text)?;
    let notified = || Notification::read(text).and_then(|it| it.original_message_id());
    let original_message_id = bounce::original_message_id(root, text, limits).or_else(notified);
    Some(Report { complaint: Complaint { original_message_id }, reason })
}

fn find(root: &Part<'_>, text: &str) -> Option<String> {
    let is_report =
        root.parameter("report-type").is_some_and(|it| it.eq_ignore_ascii_case("feedback-report"));
    let has_part = |media_type: &str| root.walk().into_iter().any(|part| part.media_type == media_type);
    if is_report || has_part("message/feedback-report") {
        return Some("it is a feedback report (RFC 5965)".to_owned());
    }
    if Notification::read(text).is_some_and(|it| it.is_complaint()) {
        return Some("it is a mail service's notification of a complaint".to_owned());
    }
    // Older feedback loops send the mail complained of under this title.
    let is_titled = root.headers.keyword("Subject").starts_with("complaint about message from");
    (is_titled && has_part("message/rfc822"))
        .then(|| "it is titled as a complaint and holds the mail".to_owned())
}
