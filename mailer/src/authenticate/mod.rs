//! Finds out whether a received mail comes from where it says: SPF, DKIM, DMARC and ARC.
//!
//! [`Authenticator::verify`] asks the DNS and answers with a [`Verdict`]; [`hop_of`] reads the client's address out of
//! what a trusted mail server told. What a verdict means for the mail is decided elsewhere. Authentication-Results and
//! Received-SPF fields are never read, whoever wrote them (S4, S27).
//!
//! mail-auth does the methods; around it stands what it leaves to its caller:
//!
//! | case | here |
//! |---|---|
//! | several From fields, or several addresses in one | DMARC `permerror`; nothing is aligned |
//! | a signature that leaves From out, uses SHA-1, or has expired by `now` | does not count (RFC 6376 §5.4, RFC 8301) |
//! | a signature of a part of the body (`l=`) | does not count: anybody may add to the rest |
//! | more than 10 signatures | the topmost 10 are looked at |
//! | an SPF pass through a `?include`, `~include` or `-include` of a record with includes | `neutral`; see `spf` |
//! | the DNS fails or is too slow | `temperror` |
//! | no name server answers anything | `temperror` at once; see `pulse` |
//! | a panic in a foreign parser | `permerror` |
//!
//! This module never knows the database, HTTP, a task or whose addresses the employees' are.

mod dkim;
mod dmarc;
mod dns;
mod hop;
mod lookup;
mod network;
mod pulse;
mod received;
mod spf;
#[cfg(test)]
mod tests;
mod verdict;
mod witness;

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use mail_auth::{ArcOutput, AuthenticatedMessage, MessageAuthenticator};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

pub use dns::{DnsSettings, DnsSettingsError};
pub use hop::{Forwarded, Hop, Peer, hop_of};
pub use network::{Network, NetworkError};
pub use verdict::{AuthResult, Check, Verdict};

use self::pulse::Pulse;

/// Mails that are verified at once; the others wait.
const MAX_AT_ONCE: usize = 64;

/// Verifies mails; made once and shared. Holds a bounded cache of DNS answers.
#[derive(Clone)]
pub struct Authenticator {
    resolver: MessageAuthenticator,
    /// Remembers no answer.
    fresh: MessageAuthenticator,
    verification_timeout: Duration,
    pulse: Pulse,
    turns: Arc<Semaphore>,
}

impl Authenticator {
    /// Fails only where the system's name servers are wanted and can't be read. Called inside a runtime, since it has a
    /// task that looks whether the name servers are there.
    pub fn new(settings: &DnsSettings) -> Result<Self, DnsSettingsError> {
        let fresh = dns::resolver(&DnsSettings { cached_answers: 0, ..settings.clone() })?;
        Ok(Self {
            resolver: dns::resolver(settings)?,
            fresh: fresh.clone(),
            verification_timeout: settings.verification_timeout,
            pulse: Pulse::watch(fresh),
            turns: Arc::new(Semaphore::new(MAX_AT_ONCE)),
        })
    }

    /// Verifies a mail that came over `hop`. Never fails: what goes wrong is a result.
    ///
    /// Hashes the whole mail without a pause, in time linear in its size; the rest is waiting for the DNS, for
    /// [`DnsSettings::verification_timeout`] at most. `now` is the time of receipt: signatures expire by it, so a mail
    /// that is judged again later is judged the same.
    pub async fn verify(&self, raw: &[u8], hop: &Hop, now: DateTime<Utc>) -> Verdict {
        let verified = AssertUnwindSafe(self.ask(raw, hop, now)).catch_unwind().await;
        verified.unwrap_or_else(|_panic| {
            let check = Check::new(AuthResult::PermError, "the mail cannot be read");
            let [spf, dkim, dmarc, arc] = std::array::from_fn(|_| check.clone());
            Verdict { spf, dkim, dmarc, arc, ..Verdict::default() }
        })
    }

    /// Of a mail that nobody sealed nothing needs to be asked.
    async fn verify_chain<'a>(
        &self,
        message: &'a AuthenticatedMessage<'a>,
        deadline: Instant,
    ) -> Option<ArcOutput<'a>> {
        if message.as_headers.is_empty() && !message.has_arc_errors {
            return Some(ArcOutput::default());
        }
        within(deadline, self.resolver.verify_arc(message)).await
    }

    async fn ask(&self, raw: &[u8], hop: &Hop, now: DateTime<Utc>) -> Verdict {
        // Nobody closes the semaphore.
        let _turn = self.turns.acquire().await;
        let patience = if self.pulse.is_there().await { self.verification_timeout } else { Duration::ZERO };
        let deadline = Instant::now() + patience;
        let Some(mut message) = AuthenticatedMessage::parse(raw) else {
            let detail = "the mail has no header";
            let [spf, dkim, dmarc, arc] = std::array::from_fn(|_| Check::new(AuthResult::None, detail));
            return Verdict { spf, dkim, dmarc, arc, ..Verdict::default() };
        };
        let refused = dkim::refuse(&mut message, now);
        let (spf, signatures, arc) = tokio::join!(
            spf::verify(&self.resolver, hop, deadline),
            dkim::verify(&self.resolver, &message, deadline),
            self.verify_chain(&message, deadline),
        );
        let author = dmarc::find_author(raw, &message);
        let (dmarc, is_disowned) = match &author {
            Some(_) => dmarc::verify(&self.resolver, &message, &signatures, &spf.output, deadline).await,
            None => (Check::new(AuthResult::PermError, "From does not name exactly one address"), false),
        };
        let (dkim, dkim_domains) = dkim::sum_up(&signatures, refused);
        let from_domain = author.map(|it| it.domain().to_owned());
        let chain = arc.as_ref();
        Verdict {
            spf: spf.check,
            dkim,
            dmarc,
            arc: chain.map_or_else(Check::too_late, describe_chain),
            is_disowned,
            sealed_by: chain
                .zip(from_domain.as_deref())
                .and_then(|(chain, domain)| witness::find(chain, domain)),
            dkim_domains,
            from_domain,
        }
    }
}

/// Waits until the deadline at most; where it has passed already, nothing is asked.
async fn within<T>(deadline: Instant, answer: impl Future<Output = T>) -> Option<T> {
    if deadline <= Instant::now() {
        return None;
    }
    timeout_at(deadline, answer).await.ok()
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator")
            .field("verification_timeout", &self.verification_timeout)
            .finish_non_exhaustive()
    }
}

fn describe_chain(output: &ArcOutput<'_>) -> Check {
    let (result, reason) = dkim::to_result(output.result());
    let detail = match output.sets().last() {
        None => reason.unwrap_or_else(|| "no chain".to_owned()),
        Some(last) => {
            let sealed = format!("{} seals, the last by {}", output.sets().len(), last.seal.header.d);
            reason.map_or(sealed.clone(), |reason| format!("{sealed}: {reason}"))
        }
    };
    Check::new(result, detail)
}
