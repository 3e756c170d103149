//! DMARC (RFC 9989): does what SPF and DKIM found speak for the domain of From?

use liaison_domain::mail_address::EmailAddress;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DmarcResult, MessageAuthenticator, SpfOutput,
    dmarc::{Policy, verify::DmarcParameters},
};
use tokio::time::Instant;

use super::{
    verdict::{AuthResult, Check},
    within,
};
use crate::parse;

/// The one author, by our reading and by mail-auth's: a mail that two parsers read differently has none.
pub(super) fn find_author(raw: &[u8], message: &AuthenticatedMessage<'_>) -> Option<EmailAddress> {
    let address = parse::find_sole_author(raw)?.address;
    let is_read_alike = message.froms() == [address.to_lowercase()];
    is_read_alike.then(|| EmailAddress::parse(&address).ok()).flatten()
}

/// Judges the domain of From, and whether that disowns the mail. The message must have one author.
pub(super) async fn verify(
    resolver: &MessageAuthenticator,
    message: &AuthenticatedMessage<'_>,
    signatures: &[DkimOutput<'_>],
    spf: &SpfOutput,
    deadline: Instant,
) -> (Check, bool) {
    let parameters = DmarcParameters::new(message, signatures, spf.domain(), spf);
    let Some(output) = within(deadline, resolver.verify_dmarc(parameters)).await else {
        return (Check::too_late(), false);
    };
    let domain = output.domain();
    let because = |reason: &mail_auth::Error| format!("{domain}: {reason}");
    let asks_to_refuse = matches!(output.policy(), Policy::Quarantine | Policy::Reject);
    let check = match output.result() {
        DmarcResult::Pass => {
            let by_dkim = *output.dkim_result() == DmarcResult::Pass;
            let by_spf = *output.spf_result() == DmarcResult::Pass;
            let methods = match (by_dkim, by_spf) {
                (true, true) => "DKIM and SPF",
                (true, false) => "DKIM",
                (false, _) => "SPF",
            };
            let policy = output.policy();
            Check::new(AuthResult::Pass, format!("{domain} by {methods}, policy {policy}"))
        }
        DmarcResult::None => Check::new(AuthResult::None, format!("{domain} publishes no policy")),
        DmarcResult::Fail(reason) => Check::new(AuthResult::Fail, because(&reason)),
        DmarcResult::TempError(reason) => Check::new(AuthResult::TempError, because(&reason)),
        DmarcResult::PermError(reason) => Check::new(AuthResult::PermError, because(&reason)),
    };
    let is_disowned = check.result == AuthResult::Fail && asks_to_refuse;
    (check, is_disowned)
}
