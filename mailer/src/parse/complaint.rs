//! Feedback reports: a recipient said that a mail of ours is unwanted (ARF, RFC 5965).

use super::mime::Part;

/// Why the mail is a feedback report, or nothing.
pub(super) fn find(root: &Part<'_>) -> Option<String> {
    let is_report =
        root.parameter("report-type").is_some_and(|it| it.eq_ignore_ascii_case("feedback-report"));
    let has_part = root.walk().into_iter().any(|part| part.media_type == "message/feedback-report");
    (is_report || has_part).then(|| "it is a feedback report (RFC 5965)".to_owned())
}
