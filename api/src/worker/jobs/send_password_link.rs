//! `send_password_link`: mails somebody a link by which he sets his password.
//!
//! Given up, the link's mail is `failed`; a new invitation, or asking for a password anew, sends another.

use futures_util::future::join_all;
use liaison_domain::{
    id::{AccountId, PasswordLinkId},
    outgoing::{Attempt, RecipientState, decide_after},
};
use liaison_persistence::{
    database::WriteTx,
    job::{self, ClaimedJob},
    password_link::{self, LinkMail},
};
use uuid::Uuid;

use super::send_mail::attempt::{LIMIT, read};
use crate::{
    app::App,
    service::{
        Failure,
        password_link::letter::{self, LinkLetter},
    },
    worker::{Batch, Workers},
};

pub(super) async fn run(workers: &Workers, batch: &Batch) -> Result<(), Failure> {
    let sent = batch.jobs.iter().map(|job| send(workers, batch.account, job));
    join_all(sent).await.into_iter().collect()
}

async fn send(workers: &Workers, account: AccountId, job: &ClaimedJob) -> Result<(), Failure> {
    let app = &*workers.app;
    let id = PasswordLinkId::new(job.subject_id);
    let mut tx = app.database.read().await?;
    let letter = letter::load(&mut tx, app, account, id).await?;
    drop(tx);
    let outcome = match letter {
        None => None,
        Some(letter) => Some(attempt(app, letter).await),
    };
    let mut tx = app.database.write().await?;
    let mut again = None;
    if let Some((mail, retry_at)) = outcome {
        password_link::update_mail(&mut tx, account, id, &mail).await?;
        again = retry_at;
    }
    match again {
        Some(at) => job::reschedule(&mut tx, account, workers.node(), [(job.id, at)]).await?,
        None => job::finish(&mut tx, account, workers.node(), [job.id]).await?,
    }
    Ok(tx.commit().await?)
}

/// What became of the mail, and when to try again.
async fn attempt(app: &App, letter: LinkLetter) -> (LinkMail, Option<liaison_domain::Timestamp>) {
    let attempts = letter.row.mail.attempts + 1;
    if letter.is_suppressed {
        let last_reply = Some("no mail leaves to the address".to_owned());
        return (LinkMail { state: RecipientState::Suppressed, attempts, last_reply }, None);
    }
    let made = match letter.compose() {
        Err(reason) => Attempt::Impossible { reason },
        Ok((envelope, bytes)) => {
            match tokio::time::timeout(LIMIT, app.transport.send(&envelope, &bytes)).await {
                Ok(Ok(accepted)) => Attempt::Accepted { reply: accepted.reply },
                Ok(Err(error)) => read(&error),
                Err(_elapsed) => Attempt::Transient { reply: "the server took too long".to_owned() },
            }
        }
    };
    let after = decide_after(attempts, false, made);
    let retry_at = after.retry_in.and_then(|it| Some(app.env.now() + chrono::TimeDelta::from_std(it).ok()?));
    (LinkMail { state: after.state, attempts, last_reply: Some(after.detail) }, retry_at)
}

/// Records a mail as given up.
pub(super) async fn give_up(tx: &mut WriteTx, account: AccountId, link: Uuid) -> Result<(), Failure> {
    let id = PasswordLinkId::new(link);
    let Some(row) = password_link::find(tx, account, id).await? else { return Ok(()) };
    let mail = LinkMail { state: RecipientState::Failed, ..row.mail };
    Ok(password_link::update_mail(tx, account, id, &mail).await?)
}
