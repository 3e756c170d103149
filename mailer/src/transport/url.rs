//! Reads the configured `mail.transport`.

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc};

use liaison_domain::mailbox::LoginMethod;
use thiserror::Error;

use super::{
    Credentials, DirectoryTransport, MailTransport, MemoryTransport, Security, SmtpServer, SmtpTransport,
};

/// Where mail goes, as one line of configuration says it:
///
/// | form | meaning |
/// |---|---|
/// | `file://var/outbox`, `file:///srv/outbox` | `.eml` files in that folder |
/// | `smtp://[user:password@]host[:25][?tls=opportunistic\|required\|none]` | SMTP; with a user, TLS is required unless `tls=none` says otherwise |
/// | `smtps://[user:password@]host[:465]` | SMTP inside TLS from the first byte |
/// | `memory://` | kept in memory, for tests |
///
/// User and password are percent-encoded where they contain `:`, `@`, `/`, `?`, `#` or `%`. `Debug` and `Display`
/// never show the password.
#[derive(Clone, Debug)]
pub enum TransportUrl {
    Directory(PathBuf),
    Smtp(SmtpServer),
    Memory,
}

impl TransportUrl {
    /// A transport of this kind. `hello_name` is the host name that SMTP servers are greeted with.
    pub fn build(&self, hello_name: Option<&str>) -> Arc<dyn MailTransport> {
        match self {
            Self::Directory(folder) => Arc::new(DirectoryTransport::new(folder)),
            Self::Memory => Arc::new(MemoryTransport::new()),
            Self::Smtp(server) => {
                let mut server = server.clone();
                server.hello_name = hello_name.map(str::to_owned).or(server.hello_name);
                Arc::new(SmtpTransport::new(server))
            }
        }
    }
}

impl FromStr for TransportUrl {
    type Err = TransportUrlError;

    fn from_str(text: &str) -> Result<Self, TransportUrlError> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(TransportUrlError::NoScheme)?;
        match scheme {
            "file" if rest.is_empty() => Err(TransportUrlError::NoFolder),
            "file" => Ok(Self::Directory(PathBuf::from(rest))),
            "memory" if rest.is_empty() => Ok(Self::Memory),
            "memory" => Err(TransportUrlError::Trailing(rest.to_owned())),
            "smtp" | "smtps" => smtp_server(scheme == "smtps", rest).map(Self::Smtp),
            other => Err(TransportUrlError::UnknownScheme(other.to_owned())),
        }
    }
}

impl fmt::Display for TransportUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(folder) => write!(f, "file://{}", folder.display()),
            Self::Memory => f.write_str("memory://"),
            Self::Smtp(server) => server.fmt(f),
        }
    }
}

/// Why a line names no transport. Never repeats what may be a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TransportUrlError {
    #[error("a mail transport starts with file://, smtp://, smtps:// or memory://")]
    NoScheme,
    #[error("{0}:// is no mail transport; there are file://, smtp://, smtps:// and memory://")]
    UnknownScheme(String),
    #[error("file:// needs a folder, as in file://var/outbox")]
    NoFolder,
    #[error("the mail server's host name is missing or not a host name")]
    Host,
    #[error("the mail server's port is not a number from 1 to 65535")]
    Port,
    #[error("the user or password is not percent-encoded UTF-8, or one of the two is missing")]
    Credentials,
    #[error("tls={0} is not known; it is opportunistic, required or none, and only for smtp://")]
    Tls(String),
    #[error("`{0}` means nothing here")]
    Trailing(String),
}

fn smtp_server(is_smtps: bool, rest: &str) -> Result<SmtpServer, TransportUrlError> {
    let (credentials, rest) = match rest.rsplit_once('@') {
        Some((login, rest)) => (Some(login_of(login)?), rest),
        None => (None, rest),
    };
    let (authority, query) = rest.split_once('?').map_or((rest, None), |(head, query)| (head, Some(query)));
    let (host, port) = host_and_port(authority.strip_suffix('/').unwrap_or(authority))?;
    let security = match query {
        None if is_smtps => Security::Tls,
        None if credentials.is_some() => Security::StartTls,
        None => Security::Opportunistic,
        Some("tls=required") if !is_smtps => Security::StartTls,
        Some("tls=none") if !is_smtps => Security::None,
        Some("tls=opportunistic") if !is_smtps && credentials.is_none() => Security::Opportunistic,
        Some(other) => {
            return Err(match other.strip_prefix("tls=") {
                Some(value) => TransportUrlError::Tls(value.to_owned()),
                None => TransportUrlError::Trailing(other.to_owned()),
            });
        }
    };
    let port = port.unwrap_or(if is_smtps { 465 } else { 25 });
    Ok(SmtpServer { security, credentials, ..SmtpServer::new(host, port) })
}

fn login_of(login: &str) -> Result<Credentials, TransportUrlError> {
    let (user, password) = login.split_once(':').ok_or(TransportUrlError::Credentials)?;
    let decoded = |text: &str| percent_decoded(text).filter(|it| !it.is_empty());
    match (decoded(user), decoded(password)) {
        (Some(user), Some(password)) => {
            Ok(Credentials { user, password: password.into(), method: LoginMethod::Password })
        }
        _ => Err(TransportUrlError::Credentials),
    }
}

fn host_and_port(authority: &str) -> Result<(&str, Option<u16>), TransportUrlError> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or(TransportUrlError::Host)?;
        let port = if after.is_empty() {
            None
        } else {
            Some(after.strip_prefix(':').ok_or(TransportUrlError::Port)?)
        };
        (host, port)
    } else {
        authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)))
    };
    let is_host_char = |c: char| c.is_ascii_alphanumeric() || ".-:_".contains(c);
    if host.is_empty() || !host.chars().all(is_host_char) {
        return Err(TransportUrlError::Host);
    }
    let port = port.map(|it| it.parse::<u16>().ok().filter(|&port| port > 0).ok_or(TransportUrlError::Port));
    Ok((host, port.transpose()?))
}

/// RFC 3986 §2.1.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn each_form_is_read_and_shown_without_the_password() {
        for (text, shown) in [
            ("file://var/outbox", "file://var/outbox"),
            ("file:///srv/outbox", "file:///srv/outbox"),
            ("memory://", "memory://"),
            ("smtp://mail.example", "smtp://mail.example:25?tls=opportunistic"),
            ("smtp://mail.example:2525/?tls=none", "smtp://mail.example:2525?tls=none"),
            ("smtp://[::1]:25?tls=required", "smtp://[::1]:25?tls=required"),
            ("smtp://bot:secret@mail.example:587", "smtp://bot:***@mail.example:587?tls=required"),
            ("smtps://bot%40x.example:p%3Aw%40@mail.example", "smtps://bot@x.example:***@mail.example:465"),
        ] {
            let url = text.parse::<TransportUrl>().unwrap();
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("secret"), "{url:?}");
        }
    }

    #[test]
    fn credentials_are_percent_decoded() {
        let Ok(TransportUrl::Smtp(server)) = "smtps://a%40b:p%3A%D1%8F@h".parse::<TransportUrl>() else {
            panic!()
        };
        let credentials = server.credentials.unwrap();
        assert_eq!((credentials.user.as_str(), credentials.password.expose_secret()), ("a@b", "p:я"));
    }

    #[test]
    fn what_is_no_transport_is_refused_without_repeating_a_password() {
        let tls = |it: &str| TransportUrlError::Tls(it.to_owned());
        for (text, error) in [
            ("var/outbox", TransportUrlError::NoScheme),
            ("http://x", TransportUrlError::UnknownScheme("http".to_owned())),
            ("file://", TransportUrlError::NoFolder),
            ("memory://x", TransportUrlError::Trailing("x".to_owned())),
            ("smtp://", TransportUrlError::Host),
            ("smtp://ho st", TransportUrlError::Host),
            ("smtp://host:", TransportUrlError::Port),
            ("smtp://host:0", TransportUrlError::Port),
            ("smtp://host:99999", TransportUrlError::Port),
            ("smtp://bot@host", TransportUrlError::Credentials),
            ("smtp://bot:%zz@host", TransportUrlError::Credentials),
            ("smtp://host?tls=maybe", tls("maybe")),
            ("smtps://host?tls=none", tls("none")),
            ("smtp://bot:pw@host?tls=opportunistic", tls("opportunistic")),
            ("smtp://host?x=y", TransportUrlError::Trailing("x=y".to_owned())),
        ] {
            assert_eq!(text.parse::<TransportUrl>().unwrap_err(), error, "{text}");
        }
    }
}
