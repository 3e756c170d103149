//! One connection to a server, and one message over it, step by step.
//!
//! Written out instead of left to lettre's own `send`, which gives up at the first refused recipient, has no time
//! limit on commands and does not tell a message that was never handed over from one whose answer was lost (R6).

use std::{error::Error as _, future::Future, io, net::SocketAddr, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials as Login, Mechanism},
        client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters},
        commands::{Data, Mail, Rcpt, Rset},
        extension::ClientId,
        response::Response,
    },
};
use liaison_domain::{mail_address::EmailAddress, mailbox::LoginMethod};
use secrecy::ExposeSecret;
use tokio::time;

use super::{Security, SmtpServer, TimeLimits, encrypted::Encrypted};
use crate::transport::{
    Accepted, Envelope, FailureClass, RefusedRecipient, Reply, SendError, class_of_io, connect, encrypt,
    error::one_line, memory::all_refused, resolve,
};

const SERVICE_CLOSING: u16 = 421;

/// A message checked and ready to go over any connection.
pub(super) struct Transaction<'a> {
    sender: Option<Address>,
    recipients: Vec<(&'a EmailAddress, Address)>,
    /// What follows DATA, up to and with the final dot.
    data: String,
}

impl<'a> Transaction<'a> {
    /// Refuses what could not be sent to any server.
    pub(super) fn new(envelope: &'a Envelope, message: &[u8]) -> Result<Self, SendError> {
        let ascii = str::from_utf8(message).ok().filter(|it| it.is_ascii() && !has_bare_line_end(it));
        let data = ascii.map(with_dots).ok_or(SendError::permanent(FailureClass::Message))?;
        let sender = envelope.sender.as_ref().map(|it| wire(it, FailureClass::Sender)).transpose()?;
        let recipients = envelope.recipients.iter().map(|it| Ok((it, wire(it, FailureClass::Recipient)?)));
        let recipients = recipients.collect::<Result<Vec<_>, SendError>>()?;
        if recipients.is_empty() {
            return Err(SendError::permanent(FailureClass::Recipient));
        }
        Ok(Self { sender, recipients, data })
    }
}

/// An address as it goes over the wire, without the extension for others (RFC 6531).
fn wire(address: &EmailAddress, class: FailureClass) -> Result<Address, SendError> {
    let ascii = Some(address.as_str()).filter(|it| it.is_ascii());
    ascii.and_then(|it| it.parse::<Address>().ok()).ok_or(SendError::permanent(class))
}

/// How one try on one connection ended.
pub(super) enum Attempt {
    /// The connection was gone before the server saw anything of the message.
    Stale,
    Ended(Result<Accepted, SendError>),
}

/// An open, greeted and logged-in connection.
pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
    limits: TimeLimits,
    is_intact: bool,
}

impl Connection {
    pub(super) async fn open(server: &SmtpServer, tls: Option<&TlsParameters>) -> Result<Self, SendError> {
        let limits = server.limits;
        let addresses = resolve(&server.host, server.port, &server.allowed, limits.step).await?;
        let hello = server.hello_name.clone().map_or_else(ClientId::default, ClientId::Domain);
        let needed = || tls.cloned().ok_or(SendError::transient(FailureClass::Tls));
        let reached = time::timeout(limits.step, wire_to(server, &addresses)).await;
        let wire = reached.unwrap_or(Err(FailureClass::Timeout)).map_err(SendError::transient)?;
        let greeted = within(limits.step, AsyncSmtpConnection::connect_with_transport(wire, &hello)).await;
        let mut smtp = greeted.map_err(|it| it.into_send_error(FailureClass::Greeting))?;
        let starttls = match server.security {
            Security::StartTls => true,
            Security::Opportunistic => smtp.can_starttls() && tls.is_some(),
            Security::Tls | Security::None => false,
        };
        if starttls {
            if !smtp.can_starttls() {
                return Err(SendError::transient(FailureClass::Tls));
            }
            let upgrade = smtp.starttls(needed()?, &hello);
            within(limits.step, upgrade).await.map_err(|it| it.into_send_error(FailureClass::Tls))?;
        }
        if let Some(credentials) = &server.credentials {
            let login = Login::new(credentials.user.clone(), credentials.password.expose_secret().to_owned());
            let mechanisms: &[Mechanism] = match credentials.method {
                LoginMethod::Password => &[Mechanism::Plain, Mechanism::Login],
                LoginMethod::Xoauth2 => &[Mechanism::Xoauth2],
            };
            let auth = smtp.auth(mechanisms, &login);
            within(limits.step, auth).await.map_err(|it| it.into_send_error(FailureClass::Auth))?;
        }
        Ok(Self { smtp, limits, is_intact: true })
    }

    pub(super) const fn is_reusable(&self) -> bool {
        self.is_intact
    }

    /// Asks whether the server takes mail from this sender, and takes the question back.
    pub(super) async fn check(mut self, sender: &EmailAddress) -> Result<(), SendError> {
        let sender = wire(sender, FailureClass::Sender)?;
        let asked = within(self.limits.step, self.smtp.command(Mail::new(Some(sender), Vec::new()))).await;
        asked.map_err(|it| it.into_send_error(FailureClass::Sender))?;
        // What it says to this changes nothing.
        drop(within(self.limits.step, self.smtp.command(Rset)).await);
        Ok(())
    }

    /// Sends the message once. Anything but an orderly end leaves the connection unusable.
    pub(super) async fn attempt(&mut self, transaction: &Transaction<'_>) -> Attempt {
        self.is_intact = false;
        let mail = Mail::new(transaction.sender.clone(), Vec::new());
        match within(self.limits.step, self.smtp.command(mail)).await {
            Ok(_) => Attempt::Ended(self.transfer(transaction).await),
            Err(failure) if failure.reply().is_none_or(|it| it.code == SERVICE_CLOSING) => match failure {
                Failure::Timeout => Attempt::Ended(Err(SendError::transient(FailureClass::Timeout))),
                Failure::Smtp(_) => Attempt::Stale,
            },
            Err(failure) => {
                self.is_intact = true;
                Attempt::Ended(Err(failure.into_send_error(FailureClass::Sender)))
            }
        }
    }

    async fn transfer(&mut self, transaction: &Transaction<'_>) -> Result<Accepted, SendError> {
        let mut refused = Vec::new();
        for (address, wire) in &transaction.recipients {
            let rcpt = Rcpt::new(wire.clone(), Vec::new());
            if let Err(failure) = within(self.limits.step, self.smtp.command(rcpt)).await {
                match failure.reply() {
                    Some(reply) if reply.code != SERVICE_CLOSING => {
                        refused.push(RefusedRecipient { address: (*address).clone(), reply });
                    }
                    _ => return Err(failure.into_send_error(FailureClass::Lost)),
                }
            }
        }
        if refused.len() == transaction.recipients.len() {
            self.is_intact = within(self.limits.step, self.smtp.command(Rset)).await.is_ok();
            return Err(all_refused(refused));
        }
        if let Err(failure) = within(self.limits.step, self.smtp.command(Data)).await {
            return Err(failure.into_send_error(FailureClass::Message));
        }
        match within(self.limits.message, self.smtp.command(&transaction.data)).await {
            Ok(response) => {
                self.is_intact = true;
                Ok(Accepted { reply: reply_text(&response), refused })
            }
            Err(failure) if failure.reply().is_some() => {
                self.is_intact = true;
                Err(failure.into_send_error(FailureClass::Message))
            }
            Err(failure) => Err(SendError::Unknown { class: failure.class() }),
        }
    }
}

/// A way to the server, encrypted from the first byte where it is to be.
async fn wire_to(
    server: &SmtpServer,
    addresses: &[SocketAddr],
) -> Result<Box<dyn AsyncTokioStream>, FailureClass> {
    let tcp = connect(addresses, server.limits.step).await?;
    if server.security != Security::Tls {
        return Ok(Box::new(tcp));
    }
    Ok(Box::new(Encrypted(encrypt(&server.host, server.extra_roots.as_deref(), tcp).await?)))
}

enum Failure {
    Timeout,
    Smtp(Error),
}

impl Failure {
    fn reply(&self) -> Option<Reply> {
        let Self::Smtp(error) = self else { return None };
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        error.status().map(|code| Reply::new(code.into(), &text))
    }

    /// `refusal` is what a negative reply means at this step.
    fn into_send_error(self, refusal: FailureClass) -> SendError {
        match self.reply() {
            Some(reply) => SendError::refused(refusal, reply, Vec::new()),
            // No mechanism that both sides know: the configuration is wrong, not the network.
            None if refusal == FailureClass::Auth && self.is_ours() => SendError::permanent(refusal),
            None => SendError::transient(self.class()),
        }
    }

    fn is_ours(&self) -> bool {
        matches!(self, Self::Smtp(error) if error.is_client())
    }

    fn class(&self) -> FailureClass {
        let Self::Smtp(error) = self else { return FailureClass::Timeout };
        let mut cause = error.source();
        while let Some(it) = cause {
            if let Some(io) = it.downcast_ref::<io::Error>() {
                return class_of_io(io);
            }
            cause = it.source();
        }
        if error.is_tls() {
            FailureClass::Tls
        } else if error.is_response() {
            // lettre has no kind of its own for the end of the stream.
            let is_end = error.source().is_some_and(|it| it.to_string() == "incomplete response");
            if is_end { FailureClass::Lost } else { FailureClass::Protocol }
        } else {
            FailureClass::Connect
        }
    }
}

async fn within<T>(limit: Duration, step: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match time::timeout(limit, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Failure::Smtp(error)),
        Err(_elapsed) => Err(Failure::Timeout),
    }
}

fn reply_text(response: &Response) -> String {
    let lines = response.message().collect::<Vec<_>>().join(" ");
    one_line(&format!("{} {lines}", response.code()))
}

/// A message of whole lines with its dots stuffed and the final one (RFC 5321 §4.5.2): written in one piece, it does not
/// wait for the server to acknowledge the first.
fn with_dots(message: &str) -> String {
    let first = if message.starts_with('.') { "." } else { "" };
    let last = if message.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" };
    [first, &message.replace("\r\n.", "\r\n.."), last].concat()
}

/// Whether servers might disagree on where lines end, and so on where the message does (S15).
fn has_bare_line_end(message: &str) -> bool {
    let mut previous = 0;
    let is_bare = message.bytes().any(|byte| {
        let is_bare = (byte == b'\n') != (previous == b'\r');
        previous = byte;
        is_bare
    });
    is_bare || previous == b'\r'
}

#[cfg(test)]
mod unit {
    use super::{has_bare_line_end, with_dots};

    #[test]
    fn only_crlf_ends_a_line() {
        for (message, is_bare) in [
            ("", false),
            ("a\r\n.\r\n", false),
            ("a\n.\n", true),
            ("\r.\r", true),
            ("a\r", true),
            ("a\r\r\n", true),
        ] {
            assert_eq!(has_bare_line_end(message), is_bare, "{message:?}");
        }
    }

    /// RFC 5321 §4.5.2
    #[test]
    fn a_dot_that_begins_a_line_is_doubled() {
        for (message, data) in [
            ("", "\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            (".\r\n", "..\r\n.\r\n"),
            (".a\r\n.\r\n..b\r\n.c.", "..a\r\n..\r\n...b\r\n..c.\r\n.\r\n"),
        ] {
            assert_eq!(with_dots(message), data, "{message:?}");
        }
    }
}
