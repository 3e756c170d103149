//! The ledger of outgoing mail: reading it, and sending anew what did not arrive.

use liaison_domain::{
    id::{AccountId, CommentId, OutgoingMailId, PersonId},
    job::JobKind,
    outgoing::{DeliveryEventType, RecipientState},
    refusal::{Code, Refusal},
};
use liaison_persistence::{
    database::{Tx, WriteTx},
    job,
    outgoing_mail::{
        delivery::{self, NewEvent, Standing},
        ledger::{self, EventRow, Filter, MailRow, Reader, RecipientRow},
        recall::{self, CalledBackRow, CalledBackTask},
    },
    page::{Page, PageRequest},
};

use super::{
    Failure,
    caller::StaffCaller,
    letter::{self, Contents, Letter, Unmade},
};
use crate::app::App;

/// A message with what became of it.
#[derive(Debug)]
pub struct Entry {
    pub mail: MailRow,
    pub recipients: Vec<RecipientRow>,
}

/// A message with all that is known of it.
#[derive(Debug)]
pub struct FullEntry {
    pub entry: Entry,
    /// Oldest first.
    pub events: Vec<EventRow>,
    /// The mail; none where it can't be composed any more.
    pub letter: Option<Letter>,
}

fn reader(caller: &StaffCaller) -> Reader {
    Reader { is_admin: caller.role.is_admin(), scope: caller.scope() }
}

/// Newest first: of tasks that the caller has a role in, about comments that he sees; administrators read everything.
pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    filter: Filter,
    page: PageRequest,
) -> Result<Page<Entry>, Failure> {
    let mails = ledger::list(tx, caller.account, reader(caller), filter, page).await?;
    let ids = mails.items.iter().map(|it| it.id);
    let mut recipients = ledger::list_recipients(tx, caller.account, ids).await?;
    Ok(mails.map(|mail| Entry { recipients: recipients.remove(&mail.id).unwrap_or_default(), mail }))
}

async fn get(tx: &mut dyn Tx, caller: &StaffCaller, id: OutgoingMailId) -> Result<Entry, Failure> {
    let found = ledger::find(tx, caller.account, reader(caller), id).await?;
    let mail = found.ok_or_else(Refusal::not_found)?;
    let recipients = ledger::list_recipients(tx, caller.account, [id]).await?.remove(&id);
    Ok(Entry { mail, recipients: recipients.unwrap_or_default() })
}

pub async fn get_full(
    tx: &mut dyn Tx,
    app: &App,
    caller: &StaffCaller,
    id: OutgoingMailId,
) -> Result<FullEntry, Failure> {
    let entry = get(tx, caller, id).await?;
    let events = ledger::list_events(tx, caller.account, id).await?;
    let rows = delivery::list(tx, caller.account, [id]).await?;
    let letter = match letter::load(tx, app, caller.account, &rows).await?.pop() {
        Some(Err(Unmade::Failed(failure))) => return Err(failure),
        made => made.and_then(Result::ok),
    };
    Ok(FullEntry { entry, events, letter })
}

/// The mail as it leaves, without the bytes of its files and with its tokens masked, because they let whoever has them
/// write into the task and read in the portal (S9); and without the image that would tell that it was opened, when it is looked at here (R36).
pub async fn source(app: &App, mut letter: Letter) -> Result<Option<String>, Failure> {
    let token = letter.token.clone();
    letter.leave_image_out();
    letter.mask_portal_link();
    match letter.compose(app, Contents::LeftOut).await {
        Ok((_, composed)) => {
            let source = String::from_utf8_lossy(&composed.bytes).into_owned();
            Ok(Some(source.replace(token.as_str(), &token.masked())))
        }
        Err(Unmade::Impossible(_)) => Ok(None),
        Err(Unmade::Failed(failure)) => Err(failure),
    }
}

/// Has a message sent at once that is waiting for its next attempt, was given up, or may or may not have arrived.
pub async fn retry(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    id: OutgoingMailId,
) -> Result<Entry, Failure> {
    get(tx, caller, id).await?;
    let rows = delivery::list(tx, caller.account, [id]).await?;
    let standings: Vec<Standing<'_>> = rows
        .iter()
        .filter(|it| it.state.is_retryable())
        .map(|row| Standing {
            mail: id,
            person: row.person_id,
            from: row.state,
            state: RecipientState::Queued,
            attempts: row.attempts,
            cuts: 0,
            last_reply: None,
            bounce_class: None,
        })
        .collect();
    let now = app.env.now();
    // The job before the message, as everybody else who changes both: whoever deletes the comment waits, or is waited for.
    let jobs = [(app.env.id(), id.uuid())];
    job::enqueue(tx, caller.account, JobKind::SendMail, jobs, now).await?;
    if delivery::update(tx, caller.account, &standings).await?.is_empty() {
        return Err(not_retryable().into());
    }
    let event = |it: &Standing<'_>| NewEvent {
        id: app.env.id(),
        mail: it.mail,
        person: it.person,
        kind: DeliveryEventType::Queued,
        detail: Some("asked for anew"),
    };
    let events: Vec<NewEvent<'_>> = standings.iter().map(event).collect();
    delivery::insert_events(tx, caller.account, &events, now).await?;
    get(tx, caller, id).await
}

/// Calls back what no server has taken yet of a comment that is deleted: it is `failed`, and nobody needs to be told.
pub(super) async fn call_back(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    comment: CommentId,
) -> Result<(), Failure> {
    let reason = "the comment was deleted before the mail had left";
    let called_back = recall::call_back(tx, account, comment, reason).await?;
    note_called_back(tx, app, account, &called_back, reason).await
}

/// What waits to be mailed to somebody does not leave, for he is told over a link from now on; gives the tasks that it is
/// about, and since when.
pub(super) async fn call_back_from(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    person: PersonId,
) -> Result<Vec<CalledBackTask>, Failure> {
    let reason = "the contact was linked before the mail had left";
    let (called_back, tasks) = recall::call_back_from(tx, account, person, reason).await?;
    note_called_back(tx, app, account, &called_back, reason).await?;
    Ok(tasks)
}

async fn note_called_back(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    called_back: &[CalledBackRow],
    reason: &str,
) -> Result<(), Failure> {
    let event = |it: &CalledBackRow| NewEvent {
        id: app.env.id(),
        mail: it.mail_id,
        person: it.person_id,
        kind: DeliveryEventType::Failed,
        detail: Some(reason),
    };
    let events: Vec<NewEvent<'_>> = called_back.iter().map(event).collect();
    Ok(delivery::insert_events(tx, account, &events, app.env.now()).await?)
}

fn not_retryable() -> Refusal {
    Refusal::new(Code::NotRetryable, "Only a message that is deferred, failed or unknown can be sent anew.")
}
