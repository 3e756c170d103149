//! SPF (RFC 7208): may this client send for that domain?

use mail_auth::{
    MessageAuthenticator, SpfOutput, SpfResult, Txt,
    common::cache::NoCache,
    spf::{Macro, Mechanism, Qualifier, Spf, verify::SpfParameters},
};
use tokio::time::Instant;

use super::{
    hop::Hop,
    verdict::{AuthResult, Check},
    within,
};

/// Records that can have had a part in a pass, the first one included (RFC 7208 §4.6.4).
const MAX_RECORDS: usize = 11;

pub(super) struct SpfVerdict {
    pub(super) check: Check,
    /// What DMARC wants to know.
    pub(super) output: SpfOutput,
}

/// Judges the domain of MAIL; that of HELO where MAIL names none.
pub(super) async fn verify(resolver: &MessageAuthenticator, hop: &Hop, deadline: Instant) -> SpfVerdict {
    let Some(client_ip) = hop.client_ip else {
        let check = Check::new(AuthResult::None, "the client's address is not known");
        return SpfVerdict { check, output: SpfOutput::default() };
    };
    let helo = hop.helo.as_deref().unwrap_or_default();
    let parameters = match hop.envelope_sender.as_str() {
        "" => SpfParameters::verify_ehlo(client_ip, helo, ""),
        sender => SpfParameters::verify_mail_from(client_ip, helo, "", sender),
    };
    let asked = async {
        let output = resolver.verify_spf(parameters).await;
        let is_doubtful =
            output.result() == SpfResult::Pass && has_lenient_include(resolver, output.domain()).await;
        (output, is_doubtful)
    };
    match within(deadline, asked).await {
        None => {
            let output = SpfOutput::default().with_result(SpfResult::TempError);
            SpfVerdict { check: Check::too_late(), output }
        }
        Some((output, true)) => SpfVerdict {
            check: Check::new(
                AuthResult::Neutral,
                format!(
                    "{client_ip} may stand in a record that {} includes without vouching for it",
                    output.domain()
                ),
            ),
            output: output.with_result(SpfResult::Neutral),
        },
        Some((output, false)) => {
            let domain = if output.domain().is_empty() { "an empty name" } else { output.domain() };
            let check = Check::new(to_result(output.result()), format!("{client_ip} for {domain}"));
            SpfVerdict { check, output }
        }
    }
}

fn to_result(result: SpfResult) -> AuthResult {
    match result {
        SpfResult::Pass => AuthResult::Pass,
        SpfResult::Fail => AuthResult::Fail,
        SpfResult::SoftFail => AuthResult::SoftFail,
        SpfResult::Neutral => AuthResult::Neutral,
        SpfResult::None => AuthResult::None,
        SpfResult::TempError => AuthResult::TempError,
        SpfResult::PermError => AuthResult::PermError,
    }
}

/// Whether the record has an include with `?`, `~` or `-` of a record that has includes itself.
///
/// mail-auth gives a match two includes deep the qualifier of the inner include alone and stops there. So
/// `?include:provider` passes for every customer of a provider whose record includes others, where RFC 7208 §5.2 says
/// `neutral`. Such records are rare, so no pass of theirs is counted; their own mail has DKIM. Records are read in the
/// order of evaluation.
async fn has_lenient_include(resolver: &MessageAuthenticator, domain: &str) -> bool {
    let mut names = vec![(domain.to_owned(), false)];
    for _ in 0..MAX_RECORDS {
        let Some((name, is_lenient)) = names.pop() else { break };
        let Ok(record) = resolver.txt_lookup::<Spf>(name, None::<&NoCache<Box<str>, Txt>>).await else {
            continue;
        };
        let mut inner_names = Vec::new();
        for directive in &record.directives {
            let Mechanism::Include { macro_string } = &directive.mechanism else { continue };
            if is_lenient {
                return true;
            }
            let is_lenient = directive.qualifier != Qualifier::Pass;
            match literal(macro_string) {
                Some(name) => inner_names.push((name, is_lenient)),
                None if is_lenient => return true,
                None => {}
            }
        }
        inner_names.extend(record.redirect.as_ref().and_then(literal).map(|name| (name, is_lenient)));
        names.extend(inner_names.into_iter().rev());
    }
    false
}

fn literal(name: &Macro) -> Option<String> {
    match name {
        Macro::Literal(name) => String::from_utf8(name.to_vec()).ok(),
        _ => None,
    }
}
