//! `database.*`, `storage.*`, `files.*` and `retention.*`: where everything is kept, and for how long.

use serde::{Deserialize, Serialize};

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
