//! DKIM (RFC 6376): which domains signed the mail?

use chrono::{DateTime, Utc};
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DnsError, Error, MessageAuthenticator,
    arc::ArcError,
    common::crypto::Algorithm,
    dkim::{DkimError, Signature},
};
use tokio::time::Instant;

use super::{
    verdict::{AuthResult, Check},
    within,
};

/// Signatures looked at, topmost first: each costs a question to the DNS.
const MAX_SIGNATURES: usize = 10;

/// A signature with its result, and the reason where it isn't a pass.
#[derive(Debug)]
pub(super) struct Judged {
    domain: String,
    result: AuthResult,
    reason: Option<String>,
}

/// Takes the signatures out of the message that must not count even if they hold.
pub(super) fn refuse(message: &mut AuthenticatedMessage<'_>, now: DateTime<Utc>) -> Vec<Judged> {
    let now = u64::try_from(now.timestamp()).unwrap_or_default();
    let mut refused = Vec::new();
    message.dkim_headers.truncate(MAX_SIGNATURES);
    message.dkim_headers.retain_mut(|header| {
        let signature = &mut header.header;
        let Some((result, reason)) = find_flaw(signature, now) else {
            // Judged above, by the time of receipt; mail-auth would ask the system's clock.
            signature.x = 0;
            // Nobody waits for reports, whose addresses would have to be looked up.
            signature.r = false;
            return true;
        };
        refused.push(Judged { domain: signature.d.clone(), result, reason: Some(reason.to_owned()) });
        false
    });
    refused
}

fn find_flaw(signature: &Signature, now: u64) -> Option<(AuthResult, &'static str)> {
    if !signature.h.iter().any(|name| name.eq_ignore_ascii_case("From")) {
        Some((AuthResult::PermError, "From is not signed"))
    } else if signature.a == Algorithm::RsaSha1 {
        Some((AuthResult::PermError, "SHA-1 is too weak"))
    } else if signature.x != 0 && (signature.x <= now || signature.x <= signature.t) {
        Some((AuthResult::Fail, "the signature has expired"))
    } else {
        None
    }
}

pub(super) async fn verify<'a>(
    resolver: &MessageAuthenticator,
    message: &'a AuthenticatedMessage<'a>,
    deadline: Instant,
) -> Vec<DkimOutput<'a>> {
    within(deadline, resolver.verify_dkim(message)).await.unwrap_or_else(|| {
        let too_late = || Error::Dns(DnsError::Resolver("no answer in time".to_owned()));
        let signatures = message.dkim_headers.iter();
        signatures.map(|it| DkimOutput::temp_err(too_late()).with_signature(&it.header)).collect()
    })
}

/// The best of the results, all of them in words, and the domains whose signatures hold.
pub(super) fn sum_up(outputs: &[DkimOutput<'_>], refused: Vec<Judged>) -> (Check, Vec<String>) {
    let mut judged: Vec<_> = outputs.iter().map(judge).collect();
    judged.extend(refused);
    let Some(result) = judged.iter().map(|it| it.result).min_by_key(|it| rank(*it)) else {
        return (Check::new(AuthResult::None, "no signature"), Vec::new());
    };
    let passed =
        judged.iter().filter(|it| it.result == AuthResult::Pass).map(|it| it.domain.clone()).collect();
    let details = judged.iter().take(MAX_SIGNATURES).map(|it| match &it.reason {
        None => format!("{} {}", it.domain, it.result),
        Some(reason) => format!("{} {} ({reason})", it.domain, it.result),
    });
    (Check::new(result, details.collect::<Vec<_>>().join(", ")), passed)
}

fn judge(output: &DkimOutput<'_>) -> Judged {
    let (result, reason) = to_result(output.result());
    let domain = output.signature().map_or_else(|| "unreadable".to_owned(), |it| it.d.to_ascii_lowercase());
    Judged { domain, result, reason }
}

/// mail-auth's word in the RFC's sense: a body that was changed is a failure, not a neutral thing (RFC 8601 §2.7.1).
pub(super) fn to_result(result: &DkimResult) -> (AuthResult, Option<String>) {
    let (result, reason) = match result {
        DkimResult::Pass => (AuthResult::Pass, None),
        DkimResult::None => (AuthResult::None, None),
        DkimResult::Fail(reason)
        | DkimResult::Neutral(
            reason
            @ (Error::Dkim(DkimError::FailedBodyHashMatch) | Error::Arc(ArcError::FailedBodyHashMatch)),
        ) => (AuthResult::Fail, Some(reason)),
        DkimResult::Neutral(reason) => (AuthResult::Neutral, Some(reason)),
        DkimResult::PermError(reason) => (AuthResult::PermError, Some(reason)),
        DkimResult::TempError(reason) => (AuthResult::TempError, Some(reason)),
    };
    (result, reason.map(ToString::to_string))
}

/// What may still become a pass goes before what never will.
fn rank(result: AuthResult) -> u8 {
    match result {
        AuthResult::Pass => 0,
        AuthResult::TempError => 1,
        AuthResult::Fail | AuthResult::SoftFail => 2,
        AuthResult::PermError => 3,
        AuthResult::Neutral => 4,
        AuthResult::None => 5,
    }
}
