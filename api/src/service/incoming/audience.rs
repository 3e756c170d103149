//! Whom an answer from outside is addressed to, whether a mail brought it or its author wrote it in the portal.

use liaison_domain::{
    comment::Comment,
    id::{AccountId, PersonId},
    inbound::audience::{Answered, Told, decide_audience},
    person::{Addressee, PersonKind},
    task::TaskRole,
};
use liaison_persistence::{comment, database::WriteTx, person, task::Members};

use crate::service::Failure;

/// CBN-1 … CBN-3: those of them who may be told, in the order of addressing.
pub(in crate::service) async fn decide(
    tx: &mut WriteTx,
    account: AccountId,
    answered: Option<&Comment>,
    members: &Members,
    author: PersonId,
    told: Told,
) -> Result<Vec<Addressee>, Failure> {
    let answered = if let Some(it) = answered {
        let addressed = comment::list_recipients(tx, account, [it.id]).await?.remove(&it.id);
        let audience = addressed.unwrap_or_default().iter().map(|it| it.id).collect();
        Answered::Comment { author: it.author_id, audience }
    } else {
        let assigner = members.of(TaskRole::Assigner).next();
        Answered::Task {
            assigner: assigner.map(|it| it.id),
            assigner_is_employee: assigner.is_some_and(|it| it.kind == PersonKind::Employee),
            assignees: members.of(TaskRole::Assignee).map(|it| it.id).collect(),
        }
    };
    let audience = decide_audience(&answered, author);
    let mut known = person::list_addressees(tx, account, audience.iter().copied()).await?;
    let known = audience.iter().filter_map(|it| known.remove(it));
    Ok(known.filter(|it| told.includes(it.kind())).collect())
}
