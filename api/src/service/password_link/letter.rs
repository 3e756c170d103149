//! The mail that brings a link. It is composed whenever it is sent, always alike.

use std::sync::Arc;

use liaison_domain::{
    Timestamp,
    external_access::LinkPurpose,
    id::{AccountId, PasswordLinkId},
    language::Language,
    mail_address::EmailAddress,
};
use liaison_mailer::{
    compose::{message::Mailbox, message_id::MessageId, password_link::PasswordLinkMail},
    transport::Envelope,
};
use liaison_persistence::{
    account,
    database::Tx,
    password_link::{self, LinkRow},
    suppression,
};

use crate::{
    app::App,
    service::{
        Failure,
        dkim_key::signing::{self, Signer, sign_with},
    },
};

/// A mail that is to leave.
#[derive(Debug)]
pub struct LinkLetter {
    pub row: LinkRow,
    mail: Result<PasswordLinkMail, String>,
    /// Nobody is written to at this address any more.
    pub is_suppressed: bool,
    signers: Arc<[Signer]>,
    written_at: Timestamp,
}

/// The mail of a link; none where the link is not good any more.
pub async fn load(
    tx: &mut dyn Tx,
    app: &App,
    account: AccountId,
    id: PasswordLinkId,
) -> Result<Option<LinkLetter>, Failure> {
    let Some(row) = password_link::find(tx, account, id).await? else { return Ok(None) };
    if !row.is_his || !row.link.is_good(row.link.purpose, app.env.now()) {
        return Ok(None);
    }
    let found =
        account::find(tx, account).await?.ok_or(Failure::Internal("the account is not there", None))?;
    let domain = app.config.mail.domain_of(&found.name);
    let key = EmailAddress::parse(&row.link.address).map(|it| it.key()).unwrap_or_default();
    let suppressed = suppression::list_by_addresses(tx, account, [key], app.env.now()).await?;
    let signers = signing::load(tx, app, account, &domain).await?;
    let (written_at, language) = (row.link.created_at, row.language.unwrap_or(found.language));
    let mail = mail(app, account, &found.name, &domain, language, &row);
    Ok(Some(LinkLetter { row, mail, is_suppressed: !suppressed.is_empty(), signers, written_at }))
}

fn mail(
    app: &App,
    account: AccountId,
    name: &str,
    domain: &str,
    language: Language,
    row: &LinkRow,
) -> Result<PasswordLinkMail, String> {
    let base = app.config.sign_in_url().ok_or("nobody said how this server is reached: http.public_url")?;
    let query = match row.link.purpose {
        LinkPurpose::Invitation => "invitation",
        LinkPurpose::PasswordReset => "password_reset",
    };
    let bent = |error: &dyn std::fmt::Display| error.to_string();
    let address = |text: &str| EmailAddress::parse(text).map_err(|error| bent(&error));
    let id = app.keys.message_id(account, row.id.uuid());
    Ok(PasswordLinkMail {
        purpose: row.link.purpose,
        language,
        account: name.to_owned(),
        url: format!("{base}?{query}={}", app.keys.password_token(account, row.id)),
        expires_at: row.link.expires_at,
        written_at: row.link.created_at,
        from: Mailbox::new(name, address(&format!("noreply@{domain}"))?),
        to: address(&row.link.address)?.into(),
        message_id: MessageId::parse(&format!("<{id}@{domain}>")).map_err(|error| bent(&error))?,
    })
}

impl LinkLetter {
    /// The envelope and the signed bytes. Nobody reads what bounces, so nothing does.
    pub fn compose(self) -> Result<(Envelope, Vec<u8>), String> {
        let mail = self.mail?;
        let bytes = mail.compose().map_err(|error| error.to_string())?;
        let bytes = sign_with(&self.signers, bytes, self.written_at).map_err(|error| error.to_string())?;
        Ok((Envelope { sender: None, recipients: vec![mail.to.address] }, bytes))
    }
}
