//! Coming in by a link, and staying for an hour. A session is no row: it is the link again, and ends with it.

use chrono::TimeDelta;
use liaison_domain::{
    id::{AccountId, OutgoingMailId, PersonId},
    refusal::{Code, Refusal},
};
use liaison_persistence::database::Tx;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::link::good_since;
use crate::{
    app::App,
    keys::MailLink,
    service::{
        Failure, access_token,
        caller::{PortalCaller, unauthenticated},
    },
};

/// How long an access token is good; then the link gives a new one.
const ACCESS_TTL: TimeDelta = TimeDelta::hours(1);
const AUDIENCE: &str = "liaison-portal";

/// What a link gives.
#[derive(Clone, Debug)]
pub struct Session {
    pub access_token: String,
    /// Seconds until it ends.
    pub expires_in: i64,
    pub caller: PortalCaller,
}

#[derive(Serialize, Deserialize)]
struct Subject {
    acc: Uuid,
    mail: Uuid,
    con: Uuid,
}

/// Exchanges the token of a link for an access token. Whatever is wrong with it sounds alike.
pub async fn begin(tx: &mut dyn Tx, app: &App, token: &str) -> Result<Session, Failure> {
    let link = app.keys.open_portal_token(token).ok_or_else(invalid)?;
    let caller = PortalCaller::of_link(tx, link, good_since(app)).await?.ok_or_else(invalid)?;
    let subject = Subject { acc: link.account.uuid(), mail: link.mail.uuid(), con: link.person.uuid() };
    let (key, now) = (app.keys.portal_access_token(), app.env.now());
    Ok(Session {
        access_token: access_token::sign(key, AUDIENCE, subject, now, now + ACCESS_TTL)?,
        expires_in: ACCESS_TTL.num_seconds(),
        caller,
    })
}

/// Who holds an access token, and may still come in.
pub async fn resume(tx: &mut dyn Tx, app: &App, token: &str) -> Result<PortalCaller, Failure> {
    let key = app.keys.portal_access_token();
    let Subject { acc, mail, con } = access_token::read(key, AUDIENCE, token, app.env.now())?;
    let link = MailLink {
        account: AccountId::new(acc),
        mail: OutgoingMailId::new(mail),
        person: PersonId::new(con),
    };
    let caller = PortalCaller::of_link(tx, link, good_since(app)).await?;
    Ok(caller.ok_or_else(unauthenticated)?)
}

fn invalid() -> Refusal {
    Refusal::new(Code::InvalidCredentials, "The link is not valid any more; a newer mail has a new one.")
}
