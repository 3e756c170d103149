//! Links in mails, to files that are not in them. Each is for one file of one message, and leads to it for whoever got that
//! message, until its time is over, the comment is deleted or it is not for him any more (S8).

use bytes::Bytes;
use chrono::TimeDelta;
use liaison_domain::{Timestamp, file::File, refusal::Refusal};
use liaison_persistence::{database::Tx, file};

use super::Failure;
use crate::{app::App, keys::FileLink};

/// Where the link leads; none where nobody said how this server is reached.
pub fn url(app: &App, link: FileLink) -> Option<String> {
    Some(format!("{}/f/{}", app.config.public_url()?, app.keys.file_token(link)))
}

/// Until when a link in a message leads anywhere.
pub fn expires_at(app: &App, written_at: Timestamp) -> Timestamp {
    written_at + ttl(app)
}

/// The file behind a token, with its content where that is small. Whatever is wrong with the token sounds alike.
pub async fn get(tx: &mut dyn Tx, app: &App, token: &str) -> Result<(File, Option<Bytes>), Failure> {
    let link = app.keys.open_file_token(token).ok_or_else(Refusal::not_found)?;
    let since = app.env.now() - ttl(app);
    let found = file::find_linked(tx, link.account, link.mail, link.file, since).await?;
    let found = found.ok_or_else(Refusal::not_found)?;
    let content = file::content(tx, link.account, &found.sha256).await?;
    Ok((found, content))
}

fn ttl(app: &App) -> TimeDelta {
    TimeDelta::seconds(app.config.files.link_ttl_seconds.into())
}
