//! `http.*` and `signup.*`: how clients reach the server, and who may make an account.

use serde::{Deserialize, Serialize};

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
    /// Addresses of other accounts that are typed, a minute and account.
    pub link_limit_per_minute: u32,
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
            link_limit_per_minute: 30,
            cors_origins: Vec::new(),
        }
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
