//! What came out: one result for each method, and why.

use std::fmt;

/// A result as RFC 8601 §2.7 names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AuthResult {
    Pass,
    Fail,
    SoftFail,
    Neutral,
    /// The method does not apply: nothing is signed, nothing is published, the client is not known.
    #[default]
    None,
    /// It could not be found out now: the DNS gave no answer, or not in time.
    TempError,
    /// What is there cannot be understood.
    PermError,
}

impl AuthResult {
    /// The RFC's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

impl fmt::Display for AuthResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One method's result with the reason for whoever asks. The reason may quote the mail: it is one line of at most 1,000
/// characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    pub result: AuthResult,
    pub detail: String,
}

impl Check {
    const MAX_DETAIL_CHARS: usize = 1_000;

    pub(super) fn new(result: AuthResult, detail: impl AsRef<str>) -> Self {
        let printable = detail.as_ref().chars().filter(|c| !c.is_control());
        Self { result, detail: printable.take(Self::MAX_DETAIL_CHARS).collect() }
    }

    /// The time for the whole verification was over.
    pub(super) fn too_late() -> Self {
        Self::new(AuthResult::TempError, "the DNS did not answer in time")
    }
}

/// What may be said of a mail's origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The domain of MAIL, or of HELO for the null sender, lets the client send for it (RFC 7208).
    pub spf: Check,
    /// The best result of the mail's signatures (RFC 6376).
    pub dkim: Check,
    /// From's domain is the one that SPF or DKIM passed for (RFC 9989).
    pub dmarc: Check,
    /// The chain of forwarders' seals holds (RFC 8617). It says who vouches, not that he may.
    pub arc: Check,
    /// DMARC fails, and From's domain asks that such mail be quarantined or rejected: it says that the mail is not its own.
    pub is_disowned: bool,
    /// The last forwarder, in lower case, where the chain holds and he says that DMARC passed for From's domain when the
    /// mail came to him. Anybody can seal: it counts where he is one to be trusted.
    pub sealed_by: Option<String>,
    /// The domains whose signatures hold, topmost signature first.
    pub dkim_domains: Vec<String>,
    /// The domain of From in lower-case ASCII form; none where From does not name exactly one address.
    pub from_domain: Option<String>,
}

impl Verdict {
    /// `true` when the domain of From vouches for the mail: DMARC passes, whatever policy it asks for. Only then, or
    /// from a [`Hop`](super::Hop) that is `authenticated`, is From believed (S1).
    pub fn is_aligned(&self) -> bool {
        self.dmarc.result == AuthResult::Pass
    }
}
