//! Before a comment is written: whom it is to be addressed to, and what would leave.

use liaison_domain::{
    comment::Comment,
    id::{CommentId, PersonId},
    person::PersonRef,
    refusal::Refusal,
    reply::default_audience,
};
use liaison_mailer::compose::notification::Composed;
use liaison_persistence::{
    comment,
    database::{Tx, WriteTx},
    outgoing_mail::delivery::{self, DeliveryRow},
    person,
};

use super::{
    Failure,
    access::Entered,
    caller::UserCaller,
    comment::CreateComment,
    letter::{self, Contents, Letter, LinkedFile, Unmade},
};
use crate::app::App;

/// Whom an answer is addressed to where its author says nothing else: an answer to a comment, or to the latest.
pub async fn propose_audience(
    tx: &mut dyn Tx,
    caller: &UserCaller,
    entered: &Entered,
    reply_to: Option<CommentId>,
) -> Result<Vec<PersonRef>, Failure> {
    let (account, task) = (caller.account, entered.task.id);
    let answered = match reply_to {
        Some(id) => {
            let found = comment::find_visible(tx, account, id, caller.scope()).await?;
            let of_task = found.filter(|it| it.task_id == task && !it.is_held());
            Some(of_task.ok_or_else(|| Refusal::unknown_id("?reply_to"))?)
        }
        None => comment::find_last(tx, account, task, caller.scope()).await?,
    };
    let Some(answered) = answered else { return Ok(Vec::new()) };
    let recipients = comment::list_recipients(tx, account, [answered.id]).await?.remove(&answered.id);
    let recipients = recipients.unwrap_or_default();
    let people = recipients.iter().map(|it| it.id).chain([answered.author_id]);
    let mut known = person::list_addressees(tx, account, people).await?;
    let audience: Vec<_> = recipients.iter().filter_map(|it| known.get(&it.id).cloned()).collect();
    let Some(author) = known.remove(&answered.author_id) else { return Ok(Vec::new()) };
    let proposed = default_audience(caller.person, &author, &audience);
    let mut refs = person::list_refs(tx, account, proposed.iter().copied()).await?;
    Ok(proposed.iter().filter_map(|id| refs.remove(id)).collect())
}

/// A mail that would leave.
#[derive(Debug)]
pub struct Rehearsed {
    pub person: PersonId,
    row: DeliveryRow,
    letter: Letter,
}

/// What a mail would be like.
#[derive(Debug)]
pub struct Preview {
    pub person: PersonId,
    pub address: String,
    pub from_name: String,
    pub from_address: String,
    pub composed: Composed,
    /// The names of the files in it.
    pub attached: Vec<String>,
    pub linked: Vec<LinkedFile>,
    /// The comments that it repeats, newest first.
    pub history: Vec<CommentId>,
}

/// Writes a comment as if for good, in a transaction that nobody commits; gives the mails that would leave.
pub async fn rehearse(
    tx: &mut WriteTx,
    app: &App,
    caller: &UserCaller,
    entered: &Entered,
    new: CreateComment,
) -> Result<(Comment, Vec<Rehearsed>), Failure> {
    let new = super::comment::prepare(tx, caller, entered, new).await?;
    let written = super::comment::add(tx, app, caller.account, &entered.task, &entered.members, new).await?;
    let mails = delivery::list_of_comment(tx, caller.account, written.id).await?;
    let rows = delivery::list(tx, caller.account, mails).await?;
    let letters = letter::load(tx, app, caller.account, &rows).await?;
    let rehearsed = rows.into_iter().zip(letters).map(|(row, letter)| match letter {
        Ok(letter) => Ok(Some(Rehearsed { person: row.person_id, row, letter })),
        Err(Unmade::Impossible(_)) => Ok(None),
        Err(Unmade::Failed(failure)) => Err(failure),
    });
    let rehearsed = rehearsed.filter_map(Result::transpose).collect::<Result<_, Failure>>()?;
    Ok((written, rehearsed))
}

impl Rehearsed {
    /// Composes the mail; none where it could not be. With no transaction open.
    pub async fn compose(self, app: &App) -> Result<Option<Preview>, Failure> {
        let Self { person, row, mut letter } = self;
        // Nobody has opened a mail that was only looked at beforehand.
        letter.leave_image_out();
        let (attached, linked) = (letter.attached_names(), letter.linked.clone());
        let composed = match letter.compose(app, Contents::LeftOut).await {
            Ok((_, composed)) => composed,
            Err(Unmade::Impossible(_)) => return Ok(None),
            Err(Unmade::Failed(failure)) => return Err(failure),
        };
        Ok(Some(Preview {
            person,
            address: row.address,
            from_name: row.from_name,
            from_address: row.from_address,
            composed,
            attached,
            linked,
            history: row.form.0.history.into_iter().map(CommentId::new).collect(),
        }))
    }
}
