//! Enhanced status codes (RFC 3463) and what they mean for further mail (R4).

use std::sync::LazyLock;

use regex::Regex;

use crate::parse::mail::BounceClass;

#[expect(clippy::expect_used, reason = "a constant pattern, compiled by a test")]
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^0-9.A-Za-z])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:[^0-9.A-Za-z]|\.?$|\.[^0-9])")
        .expect("pattern of status codes")
});

#[expect(clippy::expect_used, reason = "a constant pattern, compiled by a test")]
static REPLY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^0-9.A-Za-z-])([245][0-9]{2})(?:[ -][^0-9]|[: ]*$)").expect("pattern of SMTP replies")
});

/// The first code of a failure in `text`, else the first of success.
pub(super) fn find_code(text: &str) -> Option<String> {
    let mut codes: Vec<&str> =
        CODE.captures_iter(text).filter_map(|it| it.get(1)).map(|it| it.as_str()).collect();
    codes.sort_by_key(|code| code.starts_with('2'));
    codes.first().map(|code| (*code).to_owned())
}

fn find_last_code(text: &str) -> Option<String> {
    CODE.captures_iter(text).filter_map(|it| it.get(1)).map(|it| it.as_str().to_owned()).last()
}

/// The first SMTP reply code in `text`.
pub(super) fn find_reply(text: &str) -> Option<String> {
    REPLY.captures(text).and_then(|it| it.get(1)).map(|it| it.as_str().to_owned())
}

/// Chooses between the status that the report states and the one that the other server said. What the other server said
/// is the cause; the statement is often but its class, or that time ran out. A relay quotes the answer that it got behind
/// its own, so the last code counts.
pub(super) fn choose(stated: Option<String>, diagnostic: Option<&str>) -> Option<String> {
    match (stated, diagnostic.and_then(find_last_code)) {
        (Some(stated), Some(said)) if is_vague(&said) && !is_vague(&stated) => Some(stated),
        (stated, said) => said.or(stated),
    }
}

/// `5.0.0` and `4.0.0` say nothing but the class.
pub(super) fn is_vague(status: &str) -> bool {
    status.ends_with(".0.0")
}

/// What became of the mail and what that means for the next one.
pub(super) fn class(
    action: Option<&str>,
    status: Option<&str>,
    diagnostic: Option<&str>,
    is_delay: bool,
) -> BounceClass {
    match action {
        Some("delayed") => return BounceClass::Delayed,
        Some("delivered" | "relayed" | "expanded" | "deliverable") => return BounceClass::Delivered,
        None if is_delay => return BounceClass::Delayed,
        _ => {}
    }
    let reply = diagnostic.and_then(find_reply);
    match status.or(reply.as_deref()) {
        Some(code) if code.starts_with('4') => BounceClass::Soft,
        Some(code) if code.starts_with('2') && action.is_none() => BounceClass::Delivered,
        // Full, too large, a system's trouble, content, policy: the address is good.
        Some("5.2.2" | "5.2.3" | "5.3.4" | "5.4.5" | "5.4.7" | "552") => BounceClass::Soft,
        Some(code) if ["5.3.", "5.6.", "5.7."].iter().any(|class| code.starts_with(class)) => {
            BounceClass::Soft
        }
        None if diagnostic.is_some_and(is_passing) => BounceClass::Soft,
        _ => BounceClass::Hard,
    }
}

/// Words for a trouble that passes, where no code says so.
fn is_passing(diagnostic: &str) -> bool {
    let diagnostic = diagnostic.to_lowercase();
    ["full", "quota", "timed out", "timeout", "try again", "temporar", "переполнен", "voll"]
        .iter()
        .any(|it| diagnostic.contains(it))
}
