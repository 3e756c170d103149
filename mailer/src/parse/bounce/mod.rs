//! Delivery reports: in the standard form (RFC 3464), and in the many forms that mail servers have of their own.
//!
//! `signs` decides whether a mail is a report, `fields` reads the standard form, `prose` what is written for people,
//! `status` what a code means. General rules only: no server is recognized by name where a form can be.

mod fields;
pub(super) mod notification;
mod original;
mod prose;
mod signs;
mod status;

use notification::Notification;

use super::{
    header::{Headers, message_ids, without_controls},
    limits::Limits,
    mail::{Bounce, BounceClass, BouncedRecipient},
    mime::{self, Part},
};

/// Longer sayings of servers are cut, in characters.
const MAX_DIAGNOSTIC_CHARS: usize = 500;

/// What a server's refusal of a recipient means for further mail to him (R4).
pub fn class_of_refusal(reply: &str) -> BounceClass {
    status::class(Some("failed"), status::find_code(reply).as_deref(), Some(reply), false)
}

/// What is known of one recipient while the report is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Finding {
    address: String,
    original_address: Option<String>,
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
        let cut = |it: String| without_controls(&it).chars().take(MAX_DIAGNOSTIC_CHARS).collect();
        BouncedRecipient {
            original_address: self.original_address.filter(|it| !it.eq_ignore_ascii_case(&self.address)),
            address: self.address,
            status: self.status,
            class,
            diagnostic: self.diagnostic.map(cut),
        }
    }
}

/// A report and why the mail is taken for one.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) bounce: Bounce,
    pub(super) reason: String,
}

/// Reads the mail as a delivery report. `text` is its body as text.
pub(super) fn read(root: &Part<'_>, text: &str, limits: &Limits) -> Option<Report> {
    if let Some(notification) = Notification::read(text) {
        let original_message_id = notification.original_message_id();
        let mut findings = notification.into_findings();
        findings.retain(|it| !it.address.is_empty());
        if !findings.is_empty() {
            let recipients = findings
                .into_iter()
                .take(limits.reported_recipients)
                .map(|it| it.into_recipient(false))
                .collect();
            let reason = "it is a mail service's notification of delivery".to_owned();
            return Some(Report { bounce: Bounce { recipients, original_message_id }, reason });
        }
    }
    let (notice, returned) = prose::split_original(text);
    let fields = fields::in_parts(root, limits);
    let reason = if fields.is_empty() {
        signs::find(root, notice, returned)?
    } else {
        "it has the fields of a delivery report (RFC 3464)".to_owned()
    };
    Some(Report { bounce: describe(root, text, fields, limits), reason })
}

/// Reads the mail as a delivery report since it came without a return path and nothing else explains that.
pub(super) fn read_without_return_path(root: &Part<'_>, text: &str, limits: &Limits) -> Option<Report> {
    let reason = "it has no return path, as only reports have none".to_owned();
    signs::is_null_sender(root).then(|| Report { bounce: describe(root, text, Vec::new(), limits), reason })
}

fn describe(root: &Part<'_>, text: &str, fields: Vec<Finding>, limits: &Limits) -> Bounce {
    let (notice, _) = prose::split_original(text);
    let mut original = find_original(root, text, limits);
    let mut findings = fields;
    if !names_somebody(&findings) {
        findings = fields::in_text(text, limits);
    }
    if !names_somebody(&findings)
        && let Some(relayed) = read_relayed(root, limits)
    {
        (findings, original) = relayed;
    }
    if names_somebody(&findings) {
        prose::complete(&mut findings, notice);
    } else {
        findings = prose::read(root, notice, original.as_ref(), limits);
    }
    findings.retain(|it| !it.address.is_empty());
    let is_delay = signs::is_delay(root, notice);
    Bounce {
        recipients: findings.into_iter().map(|it| it.into_recipient(is_delay)).collect(),
        original_message_id: original.and_then(|it| it.message_id),
    }
}

fn names_somebody(findings: &[Finding]) -> bool {
    findings.iter().any(|it| !it.address.is_empty())
}

/// Gateways send other servers' reports on as files.
fn read_relayed(root: &Part<'_>, limits: &Limits) -> Option<(Vec<Finding>, Option<Original>)> {
    root.walk().into_iter().filter(|part| part.media_type == "message/rfc822").find_map(|part| {
        let bytes = part.decoded();
        let report = mime::read(&bytes, limits).ok()?.root;
        let findings = fields::in_parts(&report, limits);
        names_somebody(&findings).then(|| (findings, find_original(&report, "", limits)))
    })
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

/// The Message-ID of the mail that a report returns, without angle brackets.
pub(super) fn original_message_id(root: &Part<'_>, text: &str, limits: &Limits) -> Option<String> {
    find_original(root, text, limits)?.message_id
}

/// The returned mail or its header: as a part, or as text below the notice.
fn find_original(root: &Part<'_>, text: &str, limits: &Limits) -> Option<Original> {
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
        let original = Original::from_headers(&mime::read_header(&bytes, limits));
        if original.message_id.is_some() || !original.to.is_empty() {
            return Some(original);
        }
    }
    let (_, returned) = prose::split_original(text);
    let find = |name: &str| {
        let lines = returned.lines().map(|line| line.trim_start_matches(['>', '|', ' ']));
        lines.into_iter().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then_some(value)
        })
    };
    let message_id = find("Message-ID").and_then(|value| message_ids(value).into_iter().next());
    let to: Vec<String> = find("To").map(prose::addresses).unwrap_or_default();
    (message_id.is_some() || !to.is_empty()).then_some(Original { message_id, to })
}
