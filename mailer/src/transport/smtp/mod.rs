//! Sends over SMTP, on connections that are kept for the next message.

mod connection;
mod encrypted;
#[cfg(test)]
mod fake_server;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use liaison_domain::{mail_address::EmailAddress, mailbox::LoginMethod};
use secrecy::SecretString;
use tokio::time::Instant;

use self::connection::{Attempt, Connection, Transaction};
use super::{Accepted, AddressRule, Checking, Envelope, MailTransport, SendError, Sending};

/// One SMTP server and the idle connections to it.
///
/// Meant to be kept as long as mail goes to that server. A message goes out on an idle connection where there is one;
/// if that turns out to have been closed meanwhile, the message goes out once more at once on a new one (R38).
/// Every step has a time limit ([`TimeLimits`]).
pub struct SmtpTransport {
    server: SmtpServer,
    tls: Option<TlsParameters>,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl SmtpTransport {
    /// As many as one account's messages are on their way at once, with room for another's.
    const MAX_IDLE: usize = 32;
    /// Well below the five minutes that servers wait for a command (RFC 5321 §4.5.3.2.7).
    const MAX_IDLE_TIME: Duration = Duration::from_mins(1);

    pub fn new(server: SmtpServer) -> Self {
        Self { tls: tls_parameters(&server), server, idle: Mutex::default() }
    }

    /// Connects, logs in and asks whether the server takes mail from this sender; sends none.
    async fn try_out(&self, sender: &EmailAddress) -> Result<(), SendError> {
        Connection::open(&self.server, self.tls.as_ref()).await?.check(sender).await
    }

    async fn deliver(&self, envelope: &Envelope, message: &[u8]) -> Result<Accepted, SendError> {
        let transaction = Transaction::new(envelope, message)?;
        if let Some(mut connection) = self.take_idle() {
            match connection.attempt(&transaction).await {
                Attempt::Stale => self.idle().clear(),
                Attempt::Ended(result) => return self.finish(connection, result),
            }
        }
        let mut connection = Connection::open(&self.server, self.tls.as_ref()).await?;
        match connection.attempt(&transaction).await {
            Attempt::Stale => Err(SendError::transient(super::FailureClass::Lost)),
            Attempt::Ended(result) => self.finish(connection, result),
        }
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle();
        idle.retain(|it| it.since.elapsed() < Self::MAX_IDLE_TIME);
        idle.pop().map(|it| it.connection)
    }

    fn finish(
        &self,
        connection: Connection,
        result: Result<Accepted, SendError>,
    ) -> Result<Accepted, SendError> {
        let mut idle = self.idle();
        if connection.is_reusable() && idle.len() < Self::MAX_IDLE {
            idle.push(Idle { connection, since: Instant::now() });
        }
        result
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MailTransport for SmtpTransport {
    fn send<'a>(&'a self, envelope: &'a Envelope, message: &'a [u8]) -> Sending<'a> {
        Box::pin(self.deliver(envelope, message))
    }

    fn check<'a>(&'a self, sender: &'a EmailAddress) -> Checking<'a> {
        Box::pin(self.try_out(sender))
    }
}

impl fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpTransport").field("server", &self.server).finish_non_exhaustive()
    }
}

/// How to reach a server.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Sent by AUTH PLAIN, LOGIN or XOAUTH2, after TLS where there is any.
    pub credentials: Option<Credentials>,
    /// The name in EHLO; the machine's own by default.
    pub hello_name: Option<String>,
    /// Which of the host's addresses may be connected to.
    pub allowed: AddressRule,
    /// Certificates in PEM form trusted beside the system's.
    pub extra_roots: Option<Vec<u8>>,
    pub limits: TimeLimits,
}

impl SmtpServer {
    /// A server without credentials that is given TLS when it offers it.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            security: Security::Opportunistic,
            credentials: None,
            hello_name: None,
            allowed: AddressRule::default(),
            extra_roots: None,
            limits: TimeLimits::default(),
        }
    }
}

impl fmt::Display for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, query) = match self.security {
            Security::Opportunistic => ("smtp", "?tls=opportunistic"),
            Security::StartTls => ("smtp", "?tls=required"),
            Security::None => ("smtp", "?tls=none"),
            Security::Tls => ("smtps", ""),
        };
        write!(f, "{scheme}://")?;
        if let Some(credentials) = &self.credentials {
            write!(f, "{}:***@", credentials.user)?;
        }
        if self.host.contains(':') { write!(f, "[{}]", self.host) } else { f.write_str(&self.host) }?;
        write!(f, ":{}{query}", self.port)
    }
}

/// When the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// STARTTLS where the server offers it, with whatever certificate it has (RFC 7435): who could forge the
    /// certificate could as well hide the offer.
    Opportunistic,
    /// STARTTLS with a valid certificate, or no mail.
    StartTls,
    /// TLS with a valid certificate from the first byte (RFC 8314).
    Tls,
    /// Never.
    None,
}

/// How long a server may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimits {
    /// For looking up its name, for connecting, and for each command: 30 s.
    pub step: Duration,
    /// For taking the message, which it may scan before it answers: 5 min (RFC 5321 §4.5.3.2.6 allows 10).
    pub message: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self { step: Duration::from_secs(30), message: Duration::from_mins(5) }
    }
}

/// What a server is logged in to with.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub user: String,
    /// A password, or an access token.
    pub password: SecretString,
    pub method: LoginMethod,
}

/// How a connection is encrypted that begins without. `None` where no such TLS is wanted, or none can be had: then each
/// message fails with the class `tls`.
fn tls_parameters(server: &SmtpServer) -> Option<TlsParameters> {
    let build = |store: CertificateStore| {
        let mut builder = TlsParameters::builder(server.host.clone()).certificate_store(store);
        for root in server.extra_roots.iter().filter_map(|it| Certificate::from_pem(it).ok()) {
            builder = builder.add_root_certificate(root);
        }
        if server.security == Security::Opportunistic {
            builder = builder.dangerous_accept_invalid_certs(true).dangerous_accept_invalid_hostnames(true);
        }
        builder.build()
    };
    match server.security {
        Security::None | Security::Tls => None,
        // A machine may have no certificate store of its own.
        _ => build(CertificateStore::Default).or_else(|_no_store| build(CertificateStore::WebpkiRoots)).ok(),
    }
}
