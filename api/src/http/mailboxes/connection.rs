//! How a mailbox's server is reached, as callers write it.

use liaison_domain::{
    mailbox::{HostName, LoginMethod},
    refusal::FieldCode,
    text::TextError,
};
use liaison_persistence::mailbox::channel::ChannelRow;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    http::{fields::Fields, patch::Change},
    service::mailbox::{ChannelChange, ConnectionFields},
};

/// Longest user name in characters.
const MAX_USERNAME: usize = 256;
/// Longest password in characters.
const MAX_PASSWORD: usize = 4096;

/// How a server is reached.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Connection {
    /// A host name or IP address.
    #[schema(example = "mail.example.com", max_length = 253)]
    host: String,
    /// 1–65535: in the public Internet 25, 465, 587, 2525, 143 or 993.
    port: u16,
    /// `starttls`, `tls` or `none`
    #[schema(example = "starttls")]
    security: String,
    /// 1–256 characters.
    #[schema(max_length = 256)]
    username: String,
    /// How `password` is shown to the server: `password`, which is the default, or `xoauth2` where it is an OAuth 2.0 access
    /// token.
    #[serde(default)]
    #[schema(example = "password")]
    authentication: Option<String>,
    /// 1–4096 characters. Kept encrypted and never shown.
    #[schema(max_length = 4096)]
    password: String,
}

/// What changes of how a server is reached. Who changes the host, the port, the security, the user name or the way of
/// logging in gives the password anew, so that nobody has it sent to a server of his.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateConnection {
    #[serde(default)]
    #[schema(value_type = String, max_length = 253)]
    host: Change<String>,
    #[serde(default)]
    #[schema(value_type = u16)]
    port: Change<u16>,
    /// `starttls`, `tls` or `none`
    #[serde(default)]
    #[schema(value_type = String)]
    security: Change<String>,
    #[serde(default)]
    #[schema(value_type = String, max_length = 256)]
    username: Change<String>,
    /// `password` or `xoauth2`
    #[serde(default)]
    #[schema(value_type = String)]
    authentication: Change<String>,
    #[serde(default)]
    #[schema(value_type = String, max_length = 4096)]
    password: Change<String>,
}

impl Connection {
    pub(super) fn read(self, fields: &mut Fields, pointer: &str) -> Option<ConnectionFields> {
        let host = fields.read(format!("{pointer}/host"), HostName::parse(&self.host));
        let port = read_port(fields, pointer, self.port);
        let security = fields.read(format!("{pointer}/security"), self.security.parse());
        let username = fields.read(format!("{pointer}/username"), check(&self.username, MAX_USERNAME));
        let password = fields.read(format!("{pointer}/password"), check(&self.password, MAX_PASSWORD));
        let authentication = self.authentication.as_deref().unwrap_or(LoginMethod::Password.as_str());
        let authentication = fields.read(format!("{pointer}/authentication"), authentication.parse());
        let password = password.map(|()| SecretString::from(self.password));
        let username = username.map(|()| self.username);
        let (host, port, security, username, password) = (host?, port?, security?, username?, password?);
        Some(ConnectionFields { host, port, security, username, authentication: authentication?, password })
    }
}

impl UpdateConnection {
    /// The connection as it will be, given what it is. Where there is none, all fields are needed.
    pub(super) fn read(
        self,
        fields: &mut Fields,
        pointer: &str,
        current: Option<&ChannelRow>,
    ) -> ChannelChange {
        let Self { host, port, security, username, authentication, password } = self;
        let is_empty = host.0.is_none()
            && port.0.is_none()
            && security.0.is_none()
            && username.0.is_none()
            && authentication.0.is_none();
        if is_empty && password.0.is_none() && current.is_some() {
            return ChannelChange::Keep;
        }
        let mut need = |name: &str, is_there: bool| {
            if !is_there {
                fields.note(format!("{pointer}/{name}"), FieldCode::Required, "is required");
            }
        };
        need("host", host.0.is_some() || current.is_some());
        need("port", port.0.is_some() || current.is_some());
        need("security", security.0.is_some() || current.is_some());
        need("username", username.0.is_some() || current.is_some());
        need("password", password.0.is_some());
        let whole = (|| {
            Some(Connection {
                host: host.0.or_else(|| current.map(|it| it.host.clone()))?,
                port: port.0.or_else(|| current.and_then(|it| it.port.try_into().ok()))?,
                security: security.0.or_else(|| current.map(|it| it.security.to_string()))?,
                username: username.0.or_else(|| current.map(|it| it.username.clone()))?,
                authentication: authentication.0.or_else(|| current.map(|it| it.authentication.to_string())),
                password: password.0.unwrap_or_else(|| "-".to_owned()),
            })
        })();
        let read = whole.and_then(|it| it.read(fields, pointer));
        read.map_or(ChannelChange::Keep, ChannelChange::Put)
    }
}

fn read_port(fields: &mut Fields, pointer: &str, port: u16) -> Option<u16> {
    if port == 0 {
        fields.note(format!("{pointer}/port"), FieldCode::OutOfRange, "must be 1 to 65535");
    }
    Some(port).filter(|it| *it > 0)
}

/// Kept as it is written: a blank at the end of a password is a part of it.
fn check(text: &str, max: usize) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.chars().any(char::is_control) {
        return Err(TextError::Unprintable);
    }
    if text.chars().count() > max { Err(TextError::TooLong { max }) } else { Ok(()) }
}
