//! Notes that a mail was opened, when the image in it is fetched (TRK-2).

use liaison_domain::{
    change::Change,
    id::{AccountId, OutgoingMailId},
    opening::{NOTED_FOR, Opener, decide_opener},
};
use liaison_persistence::{change_feed, outgoing_mail::opening};

use super::Failure;
use crate::app::App;

/// Where the image of a message is; none where nobody said how this server is reached.
pub fn url(app: &App, account: AccountId, mail: OutgoingMailId) -> Option<String> {
    Some(format!("{}/t/{}.gif", app.config.public_url()?, app.keys.open_token(account, mail)))
}

/// Notes who fetched the image behind a token: the first human and the first machine, so that no flood of requests writes
/// anything. A token that was not made here, or whose mail is long past, is nothing.
pub async fn note(app: &App, token: &str, agent: &str, is_prefetch: bool) -> Result<(), Failure> {
    let Some((account, mail)) = app.keys.read_open_token(token) else { return Ok(()) };
    let now = app.env.now();
    let mut tx = app.database.read().await?;
    let Some(sent) = opening::find_sent(&mut tx, account, mail, now - NOTED_FOR).await? else {
        return Ok(());
    };
    let by = decide_opener(agent, is_prefetch, sent.accepted_at, now);
    if opening::is_known(&mut tx, account, mail, by).await? {
        return Ok(());
    }
    drop(tx);
    // Which of several it was, nobody knows (ALL-6).
    let person = Some(sent.person_id).filter(|_| sent.n_recipients == 1);
    let mut tx = app.database.write().await?;
    if opening::insert(&mut tx, account, app.env.id(), mail, person, by, now).await? && by == Opener::Human {
        change_feed::append(&mut tx, account, Change::MailOpened, mail.uuid(), now);
    }
    Ok(tx.commit().await?)
}
