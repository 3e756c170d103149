//! Reports written for people: who wasn't reached, and what the server said.

use std::sync::LazyLock;

use regex::Regex;

use super::{Finding, Original, status};
use crate::parse::mime::Part;

#[expect(clippy::expect_used, reason = "a constant pattern, compiled by a test")]
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"[^\s<>()\[\]:;,"'`=|]+@[^\s<>()\[\]:;,"'`=|@]+"#).expect("pattern of addresses")
});

/// All addresses in `text`, in order, without what surrounds them.
pub(super) fn addresses(text: &str) -> Vec<String> {
    ADDRESS.find_iter(text).map(|it| it.as_str().trim_end_matches(['.', '!', '?', '*']).to_owned()).filter(|it| !it.ends_with('@')).collect()
}

/// The notice, and the returned mail below it.
pub(super) fn split_original(text: &str) -> (&str, &str) {
    (text, "")
}

/// Recipients named by the notice.
pub(super) fn read(root: &Part<'_>, notice: &str, original: Option<&Original>) -> Vec<Finding> {
    let failed: Vec<String> = root.headers.texts("X-Failed-Recipients").flat_map(|it| addresses(&it)).collect();
    let mut findings: Vec<Finding> = failed.into_iter().map(|address| Finding { address, ..Finding::default() }).collect();
    complete(&mut findings, notice);
    let _ = original;
    findings
}

/// Adds what the notice says of recipients already known.
pub(super) fn complete(findings: &mut [Finding], notice: &str) {
    for finding in findings {
        if finding.status.is_none() {
            finding.status = status::find_code(notice);
        }
    }
}
