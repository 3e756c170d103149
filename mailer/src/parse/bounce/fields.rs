//! The standard form: groups of fields, one a recipient (RFC 3464 §2.3), in their own part or pasted into the text.

use super::{Finding, prose, status};
use crate::parse::{
    charset::{self, Hints},
    header::Headers,
    limits::Limits,
    mime::Part,
};

/// The recipients named in parts of their own; empty where there are none.
pub(super) fn in_parts(root: &Part<'_>, limits: &Limits) -> Vec<Finding> {
    let mut findings = Vec::new();
    for part in root.walk() {
        if matches!(part.media_type.as_str(), "message/delivery-status" | "message/global-delivery-status") {
            let bytes = part.decoded();
            let bytes = bytes.get(..limits.text_bytes).unwrap_or(&bytes);
            let text = charset::decode(bytes, part.charset(), &Hints::default()).text;
            read_groups(&text, limits, &mut findings);
        }
    }
    findings
}

/// The recipients named by fields in the text. Anybody may paste those: the mail must be a report by other signs.
pub(super) fn in_text(text: &str, limits: &Limits) -> Vec<Finding> {
    let mut findings = Vec::new();
    read_groups(text, limits, &mut findings);
    findings
}

fn read_groups(text: &str, limits: &Limits, findings: &mut Vec<Finding>) {
    let text = text.replace("\r\n", "\n");
    for group in text.split("\n\n") {
        if findings.len() >= limits.reported_recipients {
            break;
        }
        let headers = Headers::read(group.as_bytes());
        let Some(finding) = read_group(&headers) else { continue };
        // A list expanded into the same address twice, or a report that repeats itself.
        match findings.iter_mut().find(|it| it.address.eq_ignore_ascii_case(&finding.address)) {
            Some(known) if !finding.address.is_empty() => {
                known.status = known.status.take().filter(|it| !status::is_vague(it)).or(finding.status);
                known.diagnostic = known.diagnostic.take().or(finding.diagnostic);
            }
            _ => findings.push(finding),
        }
    }
}

fn read_group(headers: &Headers<'_>) -> Option<Finding> {
    let recipient = |name: &str| headers.unfolded(name).and_then(|value| address(&value));
    let names_recipient = headers.has("Final-Recipient") || headers.has("Original-Recipient");
    if !names_recipient && !headers.has("Action") {
        return None;
    }
    let original_address = recipient("Original-Recipient");
    let address = recipient("Final-Recipient")
        .or_else(|| original_address.clone())
        .or_else(|| recipient("X-Actual-Recipient"));
    let action =
        headers.text("Action").map(|it| it.split([' ', '(', ';']).next().unwrap_or_default().to_lowercase());
    let diagnostic = headers.text("Diagnostic-Code").map(|it| match it.split_once(';') {
        Some((kind, said)) if !kind.contains(' ') => said.trim().to_owned(),
        _ => it,
    });
    let stated = headers.text("Status").and_then(|it| status::find_code(&it));
    if !names_recipient && stated.is_none() {
        return None;
    }
    let status = status::choose(stated, diagnostic.as_deref());
    Some(Finding { address: address.unwrap_or_default(), original_address, action, status, diagnostic })
}

/// `rfc822;a@b.example`, with or without the type and brackets.
fn address(value: &str) -> Option<String> {
    let value = value.split_once(';').map_or(value, |(_, address)| address);
    prose::addresses(value).into_iter().next()
}
