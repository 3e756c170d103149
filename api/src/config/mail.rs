//! `mail.*` and `lmtp.*`: how mail comes and goes.

use liaison_mailer::authenticate::Network;
use serde::{Deserialize, Serialize};

use super::networks;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// An account's mail domain is `<name>.<domain>`.
    pub domain: String,
    /// `file://folder`, `smtp://host:port`, `smtps://host:port`.
    pub transport: String,
    /// Whether From = employee needs proof. Not told, `enforce`; `report` where nothing at all is configured.
    pub auth: MailAuth,
    /// Networks whose Received lines count.
    #[serde(with = "networks")]
    pub trusted_hops: Vec<Network>,
    /// Domains of forwarders whose seal vouches for From (ARC).
    pub trusted_sealers: Vec<String>,
    /// Messages that are on their way at once by `transport`, a quarter of them at most of one account.
    pub concurrency: usize,
    /// Mails that may leave to one recipient within ten minutes; the next ones wait (OUT-15).
    pub max_per_recipient: u32,
    /// Answers that may leave within an hour to mails that began tasks, of all accounts together.
    pub max_answers_per_hour: u32,
    /// External mailboxes that this node is connected to at once.
    pub fetch_connections: usize,
    /// How often a mailbox is asked for new mail whose server does not tell of it.
    pub fetch_interval_seconds: u64,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            domain: "liaison.localhost".into(),
            transport: "file://var/outbox".into(),
            auth: MailAuth::Enforce,
            trusted_hops: ["127.0.0.0/8", "::1"].iter().filter_map(|it| it.parse().ok()).collect(),
            trusted_sealers: Vec::new(),
            concurrency: 64,
            max_per_recipient: 50,
            max_answers_per_hour: 1_000,
            fetch_connections: 200,
            fetch_interval_seconds: 60,
        }
    }
}

impl Mail {
    /// An account's mail domain.
    pub fn domain_of(&self, account: &str) -> String {
        format!("{account}.{}", self.domain)
    }
}

/// What is done about a mail whose From is an employee and not proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailAuth {
    /// It is quarantined (`spoofed_employee`).
    Enforce,
    /// It is believed, and the verdict stands in the log.
    Report,
    /// It is believed.
    Off,
}

impl std::fmt::Display for MailAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// The LMTP listener (RFC 2033).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lmtp {
    /// `host:port` or `unix:PATH`.
    pub listen: String,
}

impl Default for Lmtp {
    fn default() -> Self {
        Self { listen: "127.0.0.1:2424".into() }
    }
}
