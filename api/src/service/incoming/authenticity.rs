//! Where a mail comes from, found out before any transaction begins, and what follows for its author (S1, S4, S27).
//!
//! The DNS is asked about mails that people wrote; reports and automatic answers have ways of their own to be believed.
//! Nothing is read out of the mail that its sender may have written himself, but the signatures and the topmost
//! Received field of a trusted hop.

use std::time::Duration;

use bytes::Bytes;
use liaison_domain::{
    Timestamp,
    inbound::{
        authenticity::{
            Authenticity, Evidence, Policy, decide_contact, decide_employee, may_be_answered, wait_at,
        },
        verdict::Sender,
        via::Via,
    },
};
use liaison_mailer::{
    authenticate::{AuthResult, Authenticator, Forwarded, Hop, Peer, Verdict, hop_of},
    parse::{MailKind, ParsedMail},
};
use liaison_persistence::incoming_mail::{Authentication, IncomingMailRow};
use tokio::{runtime::Handle, task::spawn_blocking};

use super::explain::Explain;
use crate::{app::App, config::MailAuth};

/// Larger mails, in bytes, are hashed off the async threads.
const MAX_HASHED_HERE: usize = 256 * 1024;

/// What was found out about a mail's way here.
#[derive(Debug, Default)]
pub(super) struct Origin {
    hop: Hop,
    /// None where nobody asked.
    verdict: Option<Verdict>,
}

impl Origin {
    /// Asks the DNS, for some seconds at most. No transaction may be open.
    pub(super) async fn find(app: &App, row: &IncomingMailRow, raw: Bytes, mail: &ParsedMail) -> Self {
        let hop = hop(app, row, mail);
        let verdict = match &app.authenticator {
            Some(authenticator) if mail.kind == MailKind::Message && mail.from.is_some() => {
                Some(verify(authenticator, raw, &hop, row.received_at).await)
            }
            _ => None,
        };
        Self { hop, verdict }
    }

    /// Decides whether From is who he says he is, and explains by what.
    pub(super) fn judge(
        &self,
        app: &App,
        row: &IncomingMailRow,
        sender: Sender,
        explain: &mut Explain,
    ) -> Authenticity {
        if let Some(verdict) = &self.verdict {
            let Verdict { spf, dkim, dmarc, arc, .. } = verdict;
            for (method, check) in [("spf", spf), ("dkim", dkim), ("dmarc", dmarc), ("arc", arc)] {
                explain.add(method, check.result.as_str(), &check.detail);
            }
        }
        let (policy, evidence) = (policy(app), self.evidence(app));
        let authenticity = match sender {
            Sender::Employee { .. } => decide_employee(policy, evidence, age(app, row)),
            Sender::Contact { .. } => decide_contact(policy, evidence),
            Sender::Nobody | Sender::Robot | Sender::Stranger => return Authenticity::Believed,
        };
        explain.add("authenticity", authenticity.as_str(), describe(policy, evidence));
        authenticity
    }

    /// Whether an answer by ourselves goes to whom the mail is really from.
    pub(super) fn may_be_answered(&self, app: &App) -> bool {
        may_be_answered(policy(app), self.evidence(app))
    }

    fn evidence(&self, app: &App) -> Evidence {
        let sealers = &app.config.mail.trusted_sealers;
        let is_sealed = |by: &String| sealers.iter().any(|it| it.eq_ignore_ascii_case(by));
        match &self.verdict {
            _ if self.hop.authenticated => Evidence::TrustedHop,
            Some(verdict) if verdict.is_aligned() => Evidence::Aligned,
            Some(verdict) if verdict.sealed_by.as_ref().is_some_and(is_sealed) => Evidence::Sealed,
            Some(verdict) if verdict.is_disowned => Evidence::Disowned,
            Some(verdict) if verdict.dmarc.result == AuthResult::TempError => Evidence::Unanswered,
            _ => Evidence::Nothing,
        }
    }

    /// The results as they are kept.
    pub(super) fn authentication(&self) -> Option<Authentication> {
        let word = |result: AuthResult| result.as_str().to_owned();
        self.verdict.as_ref().map(|it| Authentication {
            spf: word(it.spf.result),
            dkim: word(it.dkim.result),
            dmarc: word(it.dmarc.result),
            arc: word(it.arc.result),
        })
    }
}

/// When a mail whose author can't be proven now is looked at again.
pub(super) fn next_look(app: &App, row: &IncomingMailRow) -> Timestamp {
    app.env.now() + wait_at(age(app, row))
}

fn age(app: &App, row: &IncomingMailRow) -> Duration {
    (app.env.now() - row.received_at).to_std().unwrap_or_default()
}

const fn policy(app: &App) -> Policy {
    match app.config.mail.auth {
        MailAuth::Enforce => Policy::Enforce,
        MailAuth::Report => Policy::Report,
        MailAuth::Off => Policy::Off,
    }
}

/// The client that our mail server had the mail from, as far as that one may be asked.
fn hop(app: &App, row: &IncomingMailRow, mail: &ParsedMail) -> Hop {
    let peer = match (row.via, row.peer.as_deref().map(str::parse)) {
        // The servers of a mailbox's provider are not ours.
        (Via::Imap, _) | (_, Some(Err(_))) => return Hop::default(),
        (_, Some(Ok(address))) => Peer::Address(address),
        // What was handed over on this machine without a network came from somebody who has a right to be here.
        (_, None) => Peer::UnixSocket,
    };
    let client_ip = row.client.as_deref().and_then(|it| it.parse().ok());
    let forwarded = Forwarded { client_ip, helo: row.helo.clone() };
    let hop = hop_of(&mail.route.received, peer, Some(&forwarded), &app.config.mail.trusted_hops);
    Hop { envelope_sender: row.envelope_sender.clone(), ..hop }
}

async fn verify(authenticator: &Authenticator, raw: Bytes, hop: &Hop, at: Timestamp) -> Verdict {
    if raw.len() <= MAX_HASHED_HERE {
        return authenticator.verify(&raw, hop, at).await;
    }
    let (authenticator, hop, runtime) = (authenticator.clone(), hop.clone(), Handle::current());
    let work = spawn_blocking(move || runtime.block_on(authenticator.verify(&raw, &hop, at)));
    work.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a mail can't be verified");
        Verdict::default()
    })
}

const fn describe(policy: Policy, evidence: Evidence) -> &'static str {
    match (policy, evidence) {
        (_, Evidence::TrustedHop) => "a trusted hop knows the client that it had the mail from",
        (_, Evidence::Aligned) => "the domain of From vouches for the mail",
        (_, Evidence::Sealed) => "a trusted forwarder vouches for the mail",
        (Policy::Off, _) => "mail.auth is off",
        (_, Evidence::Disowned) => "the domain of From says that the mail is not its own",
        (_, Evidence::Unanswered) => "the DNS gave no answer, so nothing proves it",
        (_, Evidence::Nothing) => "nothing proves it",
    }
}
