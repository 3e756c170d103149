//! Delivery reports: in the standard form (RFC 3464), and in the many forms that mail servers have of their own.
//!
//! `signs` decides whether a mail is a report, `fields` reads the standard form, `prose` what is written for people,
//! `status` what a code means. General rules only: no server is recognized by name where a form can be.

mod fields;
mod original;
mod prose;
mod signs;
mod status;

use super::{
    header::{Headers, message_ids},
    mail::{Bounce, BouncedRecipient},
    mime::{self, Part},
};

/// What is known of one recipient while the report is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Finding {
    address: String,
    action: Option<String>,
    status: Option<String>,
    diagnostic: Option<String>,
}

impl Finding {
    fn into_recipient(self, is_delay: bool) -> BouncedRecipient {
        let class = status::class(
            self.action.as_deref(),
            self.status.as_deref(),
            self.diagnostic.as_deref(),
            is_delay,
        );
        BouncedRecipient { address: self.address, status: self.status, class, diagnostic: self.diagnostic }
    }
}

/// A report and why the mail is taken for one.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) bounce: Bounce,
    pub(super) reason: String,
}

/// Reads the mail as a delivery report. `text` is its body as text.
pub(super) fn read(root: &Part<'_>, text: &str) -> Option<Report> {
    let mut findings = fields::read(root, text);
    let original = find_original(root, text);
    let (notice, _) = prose::split_original(text);
    let reason = if findings.is_empty() {
        signs::find(root, notice)?
    } else {
        "it has the fields of a delivery report (RFC 3464)".to_owned()
    };
    let is_delay = signs::is_delay(root, notice);
    if findings.iter().all(|it| it.address.is_empty()) {
        findings = prose::read(root, notice, original.as_ref());
    } else {
        prose::complete(&mut findings, notice);
    }
    let bounce = Bounce {
        recipients: findings
            .into_iter()
            .filter(|it| !it.address.is_empty())
            .map(|it| it.into_recipient(is_delay))
            .collect(),
        original_message_id: original.and_then(|it| it.message_id),
    };
    Some(Report { bounce, reason })
}

/// What the report repeats of the mail it is about.
#[derive(Clone, Debug, Default)]
struct Original {
    message_id: Option<String>,
    to: Vec<String>,
}

impl Original {
    fn from_headers(headers: &Headers<'_>) -> Self {
        Self {
            message_id: headers.ids("Message-ID").into_iter().next(),
            to: headers
                .mailboxes("To")
                .into_iter()
                .map(|it| it.address)
                .filter(|it| it.contains('@'))
                .collect(),
        }
    }
}

/// The returned mail or its header: as a part, or as text below the notice.
fn find_original(root: &Part<'_>, text: &str) -> Option<Original> {
    let part = root.walk().into_iter().skip(1).find(|part| {
        matches!(
            part.media_type.as_str(),
            "message/rfc822"
                | "text/rfc822-headers"
                | "message/rfc822-headers"
                | "message/global"
                | "message/global-headers"
                | "message/partial"
        )
    });
    if let Some(part) = part {
        let bytes = part.decoded();
        let original = Original::from_headers(&mime::split_message(&bytes).0);
        if original.message_id.is_some() || !original.to.is_empty() {
            return Some(original);
        }
    }
    let (_, returned) = prose::split_original(text);
    let unquoted: String =
        returned.lines().map(|line| format!("{}\n", line.trim_start_matches(['>', '|', ' ']))).collect();
    let find = |name: &str| {
        unquoted.lines().find_map(|line| {
            line.get(..name.len()).filter(|it| it.eq_ignore_ascii_case(name)).and(line.get(name.len()..))
        })
    };
    let message_id = find("Message-ID:").and_then(|value| message_ids(value).into_iter().next());
    let to: Vec<String> = find("To:").map(prose::addresses).unwrap_or_default();
    (message_id.is_some() || !to.is_empty()).then_some(Original { message_id, to })
}
