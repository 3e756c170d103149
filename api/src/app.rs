//! What everything else is given: the database, the sources of time and secrets, the keys, the files, the configuration.

use std::sync::Arc;

use liaison_mailer::{
    authenticate::Authenticator,
    transport::{AddressRule, MailTransport},
};
use liaison_persistence::database::Database;

use crate::{
    config::Config,
    env::Env,
    http::limits::Limits,
    keys::Keys,
    service::{dkim_key::signing::SigningKeys, intake::queue::Intake, mailbox::server::Transports},
    storage::Storage,
    table::Desk,
};

/// The running application's parts, shared by requests and workers.
#[derive(Debug)]
pub struct App {
    pub config: Config,
    pub database: Database,
    pub env: Env,
    pub keys: Keys,
    /// The content of files.
    pub storage: Storage,
    /// Where tables are read.
    pub tables: Desk,
    /// Where mail leaves by.
    pub transport: Arc<dyn MailTransport>,
    /// How servers that tenants name are reached.
    pub outside: Outside,
    /// What mail of ours is signed with.
    pub signing_keys: SigningKeys,
    /// Finds out where received mail comes from; none where `mail.auth` is off or there is no name server to ask.
    pub authenticator: Option<Authenticator>,
    /// Where mail is handed in.
    pub intake: Intake,
    pub limits: Limits,
}

/// How servers that tenants name are reached.
#[derive(Debug)]
pub struct Outside {
    /// Which of their addresses may be connected to (S17).
    pub allowed: AddressRule,
    /// Certificates in PEM form trusted beside the system's.
    pub extra_roots: Option<Vec<u8>>,
    /// Where mail leaves by tenants' mailboxes.
    pub transports: Transports,
}
