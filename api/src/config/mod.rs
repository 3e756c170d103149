//! The configuration: defaults, then `liaison.toml`, then `LIAISON_<SECTION>__<KEY>`. Unknown keys are refused.
//!
//! With no configuration at all the server runs on loopback with everything under `./var`; see [`secrets`] for what is
//! generated then.

mod dns;
mod http;
mod log;
mod mail;
mod networks;
mod portal;
pub mod secrets;
mod storage;

use std::{collections::BTreeSet, net::SocketAddr, path::Path};

use config::Source as _;
use liaison_mailer::authenticate::Network;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::{
    dns::Dns,
    http::{Http, Signup, SignupMode},
    log::{Log, LogFormat},
    mail::{Lmtp, Mail, MailAuth},
    portal::Portal,
    secrets::{Auth, Ingest, SecretsKey},
    storage::{Database, Files, Retention, Storage, Synchronous},
};

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
        if !self.auth.url.is_empty() && !is_base_url(self.auth.url.trim_end_matches('/')) {
            return Err(ConfigError::Value("auth.url is http:// or https:// with a host, and no query"));
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

    /// The page that links for signing in lead to; none where nobody said how this server is reached.
    pub fn sign_in_url(&self) -> Option<String> {
        match self.auth.url.as_str() {
            "" => self.portal_url(),
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
