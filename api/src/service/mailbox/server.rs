//! A mailbox's servers as the mail library reaches them: with the password opened, and within the networks that tenants
//! may name (S17).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use liaison_domain::{
    id::{AccountId, MailboxId},
    mailbox::{ConnectionSecurity, LoginMethod},
};
use liaison_mailer::{
    inbox::ImapServer,
    transport::{Credentials, Security, SmtpServer, SmtpTransport, TimeLimits},
};
use liaison_persistence::mailbox::channel::ChannelRow;

use super::secret;
use crate::{app::App, service::Failure};

pub fn imap(app: &App, account: AccountId, row: &ChannelRow) -> Result<ImapServer, Failure> {
    Ok(ImapServer {
        host: row.host.clone(),
        port: port(row),
        security: security(row.security),
        credentials: credentials(app, account, row)?,
        allowed: app.outside.allowed.clone(),
        extra_roots: app.outside.extra_roots.clone(),
        limits: TimeLimits::default(),
    })
}

/// How mail leaves by a mailbox.
pub fn smtp(app: &App, account: AccountId, row: &ChannelRow) -> Result<SmtpServer, Failure> {
    Ok(SmtpServer {
        security: security(row.security),
        credentials: Some(credentials(app, account, row)?),
        allowed: app.outside.allowed.clone(),
        extra_roots: app.outside.extra_roots.clone(),
        ..SmtpServer::new(row.host.clone(), port(row))
    })
}

/// The ways out by mailboxes, each with the connections that are kept for its next mail.
#[derive(Debug, Default)]
pub struct Transports(Mutex<HashMap<MailboxId, (Reached, Arc<SmtpTransport>)>>);

/// What a way out was made for; when that changes, it is made anew.
#[derive(Debug, PartialEq, Eq)]
struct Reached {
    host: String,
    port: i64,
    security: ConnectionSecurity,
    username: String,
    authentication: LoginMethod,
    sealed_password: Vec<u8>,
}

impl Transports {
    /// More than these are forgotten together, with their connections.
    const MAX: usize = 1_000;

    pub fn of(&self, app: &App, account: AccountId, row: &ChannelRow) -> Result<Arc<SmtpTransport>, Failure> {
        let reached = Reached {
            host: row.host.clone(),
            port: row.port,
            security: row.security,
            username: row.username.clone(),
            authentication: row.authentication,
            sealed_password: row.sealed_password.clone(),
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, transport)) = known.get(&row.mailbox_id).filter(|(it, _)| *it == reached) {
            return Ok(transport.clone());
        }
        if known.len() >= Self::MAX {
            known.clear();
        }
        let transport = Arc::new(SmtpTransport::new(smtp(app, account, row)?));
        known.insert(row.mailbox_id, (reached, transport.clone()));
        Ok(transport)
    }
}

fn credentials(app: &App, account: AccountId, row: &ChannelRow) -> Result<Credentials, Failure> {
    let (user, method) = (row.username.clone(), row.authentication);
    Ok(Credentials { user, password: secret::open(app, account, row)?, method })
}

fn port(row: &ChannelRow) -> u16 {
    row.port.try_into().unwrap_or_default()
}

const fn security(security: ConnectionSecurity) -> Security {
    match security {
        ConnectionSecurity::StartTls => Security::StartTls,
        ConnectionSecurity::Tls => Security::Tls,
        ConnectionSecurity::Never => Security::None,
    }
}
