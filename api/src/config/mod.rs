//! The configuration: defaults, then `liaison.toml`, then `LIAISON_<SECTION>__<KEY>`. Unknown keys are refused.
//!
//! With no configuration at all the server runs on loopback with everything under `./var`; see [`secrets`] for what is
//! generated then.

mod dns;
mod networks;
mod portal;
pub mod secrets;

use std::{collections::BTreeSet, net::SocketAddr, path::Path};

use config::Source as _;
use liaison_mailer::authenticate::Network;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::{dns::Dns, portal::Portal};

/// All settings in force.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub node: Node,
    pub http: Http,
    pub lmtp: Lmtp,
    pub database: Database,
    pub storage: Storage,
    pub files: Files,
    pub portal: Portal,
    pub mail: Mail,
    pub network: Outside,
    pub dns: Dns,
    pub auth: Auth,
    pub secrets: SecretsKey,
    pub ingest: Ingest,
    pub retention: Retention,
    pub signup: Signup,
    pub log: Log,
}

/// This process among those that share a database.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Node {
    /// Kept over restarts, and no two nodes have the same: by it a node knows the work that it left unfinished.
    pub name: String,
}

impl Default for Node {
    fn default() -> Self {
        Self { name: "local".into() }
    }
}

/// The HTTP interface.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    pub listen: String,
    /// How this interface is reached from outside, without a slash at its end: links in mails begin with it. Where it is
    /// not set, they lead to `listen` on a loopback start, and elsewhere mails have none.
    pub public_url: String,
    /// Threads that answer requests; 0 means one a core.
    pub workers: usize,
    /// Requests a minute and token.
    pub rate_limit_per_minute: u32,
    /// Sign-ups a minute and client address.
    pub signup_limit_per_minute: u32,
    /// Sign-ins a minute and client address.
    pub login_limit_per_minute: u32,
    /// Origins that browsers may call from; `*` for all.
    pub cors_origins: Vec<String>,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            public_url: String::new(),
            workers: 0,
            rate_limit_per_minute: 600,
            signup_limit_per_minute: 30,
            login_limit_per_minute: 20,
            cors_origins: Vec::new(),
        }
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

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Readers on SQLite, all connections on PostgreSQL.
    pub max_connections: u32,
    /// SQLite: `full` survives loss of power, `normal` a crash of the process.
    pub synchronous: Synchronous,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite://var/liaison.db".into(), max_connections: 16, synchronous: Synchronous::Full }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Synchronous {
    Full,
    Normal,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// `file://folder`.
    pub url: String,
    /// Largest file in bytes.
    pub max_file_bytes: u64,
}

impl Default for Storage {
    fn default() -> Self {
        Self { url: "file://var/files".into(), max_file_bytes: 100 * 1024 * 1024 }
    }
}

/// Files in mails.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// How long a link in a mail leads to its file, from when the mail was written.
    pub link_ttl_seconds: u32,
}

impl Default for Files {
    fn default() -> Self {
        Self { link_ttl_seconds: 14 * 24 * 60 * 60 }
    }
}

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

/// What servers that tenants name may be.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outside {
    /// Networks that may be reached although they are private.
    #[serde(with = "networks")]
    pub allow_private: Vec<Network>,
    /// A PEM file of certificates that are trusted beside the system's.
    pub ca_file: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// What access tokens and mail tokens are derived from; at least 32 bytes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub secret: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecretsKey {
    /// What sealed columns are encrypted with; at least 32 bytes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Keys before this one, which still open what they sealed until `liaison secrets rotate` has sealed it anew.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub previous_keys: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ingest {
    /// What `POST /v1/mail/incoming` is signed with; at least 32 bytes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub secret: String,
}

/// How long received mail is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Days that the bytes of a mail are kept; those of mail that waits for somebody stay with its entry.
    pub raw_mail_days: u32,
    /// Days that the entry of a mail is kept.
    pub ledger_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { raw_mail_days: 15, ledger_days: 180 }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signup {
    pub mode: SignupMode,
}

impl Default for Signup {
    fn default() -> Self {
        Self { mode: SignupMode::Open }
    }
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignupMode {
    /// Everybody, by `POST /v1/accounts`.
    Open,
    /// Only `liaison account create`.
    Closed,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// A filter of tracing-subscriber, such as `info` or `liaison_api=debug`.
    pub filter: String,
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info,sqlx=warn,actix_server=warn".into(), format: LogFormat::Text }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

/// Settings whose value is a list; in the environment they are comma-separated.
const LISTS: [&str; 6] = [
    "dns.servers",
    "http.cors_origins",
    "mail.trusted_hops",
    "mail.trusted_sealers",
    "network.allow_private",
    "secrets.previous_keys",
];

impl Config {
    /// Reads the configuration of this process: `file`, or `liaison.toml` where it is there.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let source = match file {
            Some(path) => config::File::from(path).required(true),
            None => config::File::from(Path::new("liaison.toml")).required(false),
        };
        let mut environment = config::Environment::with_prefix("LIAISON")
            .prefix_separator("_")
            .separator("__")
            .list_separator(",")
            .try_parsing(true);
        for key in LISTS {
            environment = environment.with_list_parse_key(key);
        }
        let read = config::Config::builder().add_source(source).add_source(environment).build()?;
        Self::of(read)
    }

    fn of(read: config::Config) -> Result<Self, ConfigError> {
        let is_tried_out = read.collect()?.is_empty();
        let mut config: Self = read.try_deserialize()?;
        if is_tried_out {
            // Whoever tries it out writes as an employee from wherever he is.
            config.mail.auth = MailAuth::Report;
        }
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.mail.domain.is_empty() || self.mail.domain != self.mail.domain.to_lowercase() {
            return Err(ConfigError::Value("mail.domain is a domain name in lower case"));
        }
        if self.node.name.is_empty() || self.node.name.len() > 100 {
            return Err(ConfigError::Value("node.name has 1 to 100 bytes"));
        }
        if !self.http.public_url.is_empty() && !is_base_url(&self.http.public_url) {
            return Err(ConfigError::Value(
                "http.public_url is http:// or https:// with a host, and no slash at its end",
            ));
        }
        if !self.portal.url.is_empty() && !is_base_url(self.portal.url.trim_end_matches('/')) {
            return Err(ConfigError::Value("portal.url is http:// or https:// with a host, and no query"));
        }
        if self.mail.concurrency == 0 {
            return Err(ConfigError::Value("mail.concurrency is at least 1"));
        }
        if self.mail.max_per_recipient == 0 {
            return Err(ConfigError::Value("mail.max_per_recipient is at least 1"));
        }
        if self.mail.fetch_interval_seconds == 0 {
            return Err(ConfigError::Value("mail.fetch_interval_seconds is at least 1"));
        }
        if self.retention.ledger_days < self.retention.raw_mail_days {
            return Err(ConfigError::Value("retention.ledger_days is at least retention.raw_mail_days"));
        }
        Ok(())
    }

    /// Whether only programs on this machine can reach the HTTP interface.
    pub fn is_loopback(&self) -> bool {
        self.http.listen.parse::<SocketAddr>().is_ok_and(|it| it.ip().is_loopback())
            || self.http.listen.starts_with("localhost:")
    }

    /// What links in mails begin with; none where nobody said how the server is reached.
    pub fn public_url(&self) -> Option<String> {
        match self.http.public_url.as_str() {
            "" => self.is_loopback().then(|| format!("http://{}", self.http.listen)),
            url => Some(url.to_owned()),
        }
    }

    /// The page that links into the portal lead to; none where nobody said how the server is reached.
    pub fn portal_url(&self) -> Option<String> {
        match self.portal.url.as_str() {
            "" => self.public_url().map(|base| format!("{base}/portal")),
            url => Some(url.to_owned()),
        }
    }

    /// The settings as TOML-like lines, secrets masked: what `liaison config` prints.
    pub fn describe(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        let mut lines = BTreeSet::new();
        for (section, keys) in value.as_object().into_iter().flatten() {
            for (key, value) in keys.as_object().into_iter().flatten() {
                let shown = if key.contains("secret") || section == "secrets" {
                    "***".to_owned()
                } else if key == "url" || key == "transport" {
                    mask_password(&value.to_string())
                } else {
                    value.to_string()
                };
                lines.insert(format!("{section}.{key} = {shown}"));
            }
        }
        lines.into_iter().collect::<Vec<_>>().join("\n")
    }
}

/// Whether paths can be added to it.
fn is_base_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]%".contains(c);
    !rest.is_empty() && !rest.starts_with('/') && !rest.ends_with('/') && rest.chars().all(plain)
}

/// Hides the password of a URL's `user:password@`.
fn mask_password(url: &str) -> String {
    let masked = url.split_once("://").and_then(|(scheme, rest)| {
        let (user, host) = rest.rsplit_once('@')?;
        let (name, _) = user.split_once(':')?;
        Some(format!("{scheme}://{name}:***@{host}"))
    });
    masked.unwrap_or_else(|| url.to_owned())
}

#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("the configuration can't be read: {0}")]
    Read(#[from] config::ConfigError),
    #[error("{0}")]
    Value(&'static str),
    #[error("{key} is not set; without it the server only starts on loopback")]
    SecretMissing { key: &'static str },
    #[error("{path} can't be used")]
    SecretFile { path: String, source: std::io::Error },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_auth(file: &str, expected: MailAuth) {
        let source = config::File::from_str(file, config::FileFormat::Toml);
        let read = config::Config::builder().add_source(source).build().unwrap();
        assert_eq!(Config::of(read).unwrap().mail.auth, expected, "{file}");
    }

    #[test]
    fn mail_is_authenticated_as_soon_as_anything_is_configured() {
        check_auth("", MailAuth::Report);
        check_auth("[mail]\ndomain = \"liaison.example.com\"", MailAuth::Enforce);
        check_auth("[log]\nfilter = \"debug\"", MailAuth::Enforce);
        check_auth("[mail]\nauth = \"off\"", MailAuth::Off);
    }

    #[test]
    fn passwords_are_masked() {
        assert_eq!(mask_password("postgres://anna:secret@db/liaison"), "postgres://anna:***@db/liaison");
        assert_eq!(mask_password("sqlite://var/liaison.db"), "sqlite://var/liaison.db");
        let mut config = Config::default();
        config.auth.secret = "canary-canary".into();
        assert!(!config.describe().contains("canary"));
    }
}
