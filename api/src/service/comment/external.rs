//! What a contact who signs in may write, and what he is shown of what others wrote.

use std::collections::HashSet;

use liaison_domain::{comment::Comment, id::PersonId, refusal::Refusal};
use liaison_persistence::{comment, database::WriteTx};

use super::CreateComment;
use crate::service::{Failure, access::Entered, caller::UserCaller, letter::body_for_others};

/// Refuses what is an employee's to do, and to address people whom he has not met in the task: who neither takes part nor wrote
/// or was addressed in anything that he sees there is not known to him (EXT-5, S6).
pub(super) async fn require_allowed(
    tx: &mut WriteTx,
    caller: &UserCaller,
    entered: &Entered,
    new: &CreateComment,
) -> Result<(), Failure> {
    if new.hidden.is_some() || new.mailbox.is_some() || new.send_at.is_some() {
        let detail = "Only employees hide comments, write later or choose a mailbox.";
        return Err(Refusal::forbidden(detail).into());
    }
    let members = entered.members.0.iter().map(|(_, it)| it.id);
    let met = comment::list_people(tx, caller.account, entered.task.id, caller.scope()).await?;
    let met: HashSet<PersonId> = members.chain(met).collect();
    match new.notify.iter().position(|id| !met.contains(id)) {
        Some(i) => Err(Refusal::unknown_id(format!("/notify/{i}")).into()),
        None => Ok(()),
    }
}

/// A comment as the caller may read it: a contact gets of others what they wrote now, because what a mail quoted may be from
/// messages that were not for him (R23).
pub fn as_read_by(caller: &UserCaller, comment: Comment) -> Comment {
    if !caller.is_external() || comment.author_id == caller.person {
        return comment;
    }
    let body = body_for_others(&comment);
    Comment { html: body.html, text: body.text, elided: String::new(), ..comment }
}
