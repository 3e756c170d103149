//! From a host name to a session that is logged in.

use std::net::IpAddr;

use async_imap::{Authenticator, Client, Session, error::Error};
use imap_proto::{Capability, RequestId, Response, ResponseCode, Status};
use liaison_domain::mailbox::{FailureClass, LoginMethod};
use secrecy::ExposeSecret as _;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, time};

use super::{
    ImapServer, Inbox, InboxError, failure,
    metered::{Metered, Wire},
};
use crate::transport::{Credentials, Security, class_of_io, connect, encrypt, resolve};

/// A session, and what is known of the server.
pub(super) struct LoggedIn {
    pub(super) session: Session<Metered>,
    /// Whether it tells of new mail by itself.
    pub(super) can_idle: bool,
    pub(super) peer: IpAddr,
}

pub(super) async fn log_in(server: &ImapServer) -> Result<LoggedIn, InboxError> {
    let addresses = resolve(&server.host, server.port, &server.allowed, server.limits.step).await;
    let addresses = addresses.map_err(|error| InboxError(error.class()))?;
    let in_time = async {
        let tcp = connect(&addresses, server.limits.step).await.map_err(InboxError)?;
        let peer = tcp.peer_addr().map_err(|error| InboxError(class_of_io(&error)))?.ip();
        let mut client = greet(server, tcp).await?;
        let offers = Offers::of(&mut client).await?;
        let session = authenticate(client, &server.credentials, offers).await?;
        Ok(LoggedIn { session, can_idle: offers.idle, peer })
    };
    // A few exchanges of some bytes: together no longer than one step may take, thrice.
    let limit = server.limits.step * 3;
    time::timeout(limit, in_time).await.map_err(|_elapsed| InboxError(FailureClass::Timeout))?
}

/// Hears the server's greeting, encrypted as asked for.
async fn greet(server: &ImapServer, tcp: TcpStream) -> Result<Client<Metered>, InboxError> {
    match server.security {
        Security::None => greeted(metered(tcp)).await,
        Security::Tls => greeted(encrypted(server, tcp).await?).await,
        Security::StartTls | Security::Opportunistic => {
            let mut plain = greeted(metered(tcp)).await?;
            let started = plain.run_command_and_check_ok("STARTTLS", None).await;
            started.map_err(|error| failure(&error, FailureClass::Tls))?;
            // What came before the encryption, asked for or not, is forgotten with the client.
            Ok(Client::new(encrypted(server, plain.into_inner().into_wire()).await?))
        }
    }
}

fn metered(wire: impl Wire + 'static) -> Metered {
    Metered::new(wire, Inbox::MAX_ANSWER)
}

async fn greeted(wire: Metered) -> Result<Client<Metered>, InboxError> {
    let mut client = Client::new(wire);
    let greeting = client.read_response().await.map_err(|error| InboxError(class_of_io(&error)))?;
    match greeting.as_ref().map(|it| it.parsed()) {
        Some(Response::Data { status: Status::Ok, .. }) => Ok(client),
        Some(Response::Data { status: Status::Bye | Status::No, .. }) => {
            Err(InboxError(FailureClass::Greeting))
        }
        Some(_) => Err(InboxError(FailureClass::Protocol)),
        None => Err(InboxError(FailureClass::Lost)),
    }
}

async fn encrypted(server: &ImapServer, wire: impl Wire + 'static) -> Result<Metered, InboxError> {
    let encrypted = encrypt(&server.host, server.extra_roots.as_deref(), wire).await;
    encrypted.map(metered).map_err(InboxError)
}

/// What a server says that it can do.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own (RFC 3501 §7.2.1)")]
struct Offers {
    idle: bool,
    auth_plain: bool,
    auth_xoauth2: bool,
    no_login: bool,
}

impl Offers {
    async fn of(client: &mut Client<Metered>) -> Result<Self, InboxError> {
        // async-imap asks for capabilities only after the login, which depends on them.
        let tag = RequestId("C0".to_owned());
        let asked = client.get_mut().write_all(b"C0 CAPABILITY\r\n").await;
        asked.map_err(|error| InboxError(class_of_io(&error)))?;
        let mut offers = Self::default();
        loop {
            let next = client.read_response().await.map_err(|error| InboxError(class_of_io(&error)))?;
            let response = next.ok_or(InboxError(FailureClass::Lost))?;
            match response.parsed() {
                Response::Capabilities(capabilities) => offers.read(capabilities),
                Response::Done { tag: done, status, outcome } if *done == tag => {
                    if let Some(ResponseCode::Capabilities(capabilities)) = &outcome.code {
                        offers.read(capabilities);
                    }
                    let is_done = *status == Status::Ok;
                    return if is_done { Ok(offers) } else { Err(InboxError(FailureClass::Greeting)) };
                }
                _ => {}
            }
        }
    }

    fn read(&mut self, capabilities: &[Capability<'_>]) {
        for capability in capabilities {
            match capability {
                Capability::Auth(mechanism) if mechanism.eq_ignore_ascii_case("PLAIN") => {
                    self.auth_plain = true;
                }
                Capability::Auth(mechanism) if mechanism.eq_ignore_ascii_case("XOAUTH2") => {
                    self.auth_xoauth2 = true;
                }
                Capability::Atom(atom) if atom.eq_ignore_ascii_case("IDLE") => self.idle = true,
                Capability::Atom(atom) if atom.eq_ignore_ascii_case("LOGINDISABLED") => self.no_login = true,
                _ => {}
            }
        }
    }
}

/// AUTHENTICATE PLAIN, which takes any characters, where it is offered; LOGIN otherwise. With a token, XOAUTH2 alone.
async fn authenticate(
    client: Client<Metered>,
    credentials: &Credentials,
    offers: Offers,
) -> Result<Session<Metered>, InboxError> {
    let logged_in = if credentials.method == LoginMethod::Xoauth2 {
        if !offers.auth_xoauth2 {
            return Err(InboxError(FailureClass::Auth));
        }
        client.authenticate("XOAUTH2", Bearer { credentials, is_said: false }).await
    } else if offers.auth_plain {
        client.authenticate("PLAIN", Plain(credentials)).await
    } else if offers.no_login {
        return Err(InboxError(FailureClass::Auth));
    } else {
        client.login(&credentials.user, credentials.password.expose_secret()).await
    };
    logged_in.map_err(|(error, _client)| match error {
        Error::Bad(_) | Error::Validate(_) => InboxError(FailureClass::Auth),
        error => failure(&error, FailureClass::Auth),
    })
}

/// RFC 4616
struct Plain<'a>(&'a Credentials);

impl Authenticator for Plain<'_> {
    type Response = Vec<u8>;

    fn process(&mut self, _challenge: &[u8]) -> Vec<u8> {
        let Credentials { user, password, .. } = self.0;
        format!("\0{user}\0{}", password.expose_secret()).into_bytes()
    }
}

/// XOAUTH2: the token first; to the challenge in which a server says why it refuses, nothing.
struct Bearer<'a> {
    credentials: &'a Credentials,
    is_said: bool,
}

impl Authenticator for Bearer<'_> {
    type Response = Vec<u8>;

    fn process(&mut self, _challenge: &[u8]) -> Vec<u8> {
        if std::mem::replace(&mut self.is_said, true) {
            return Vec::new();
        }
        let Credentials { user, password, .. } = self.credentials;
        format!("user={user}\x01auth=Bearer {}\x01\x01", password.expose_secret()).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_said_once() {
        let credentials =
            Credentials { user: "a@b.example".into(), password: "ya29".into(), method: LoginMethod::Xoauth2 };
        let mut bearer = Bearer { credentials: &credentials, is_said: false };
        assert_eq!(bearer.process(b""), b"user=a@b.example\x01auth=Bearer ya29\x01\x01");
        assert_eq!(bearer.process(b"{\"status\":\"401\"}"), b"");
    }
}
