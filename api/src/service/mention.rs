//! Employees whom a comment names: they are addressed by that, and take part from then on (COM-4).

use std::collections::HashMap;

use liaison_domain::{
    comment::{Comment, Origin},
    id::{AccountId, PersonId},
    mention::mentions,
    person::Addressee,
};
use liaison_persistence::{comment, database::WriteTx, employee, person};

use super::Failure;

/// Addresses a comment that leaves to those whom it names, too; gives the whole audience, and who is named. Only what an
/// employee wrote here names anybody: nobody from outside calls people into a task.
pub(super) async fn address(
    tx: &mut WriteTx,
    account: AccountId,
    comment: &Comment,
    audience: &[Addressee],
) -> Result<(Vec<Addressee>, Vec<PersonId>), Failure> {
    let mut logins = if comment.origin == Origin::Api { mentions(&comment.text) } else { Vec::new() };
    if !logins.is_empty() && employee::find(tx, account, comment.author_id).await?.is_none() {
        logins.clear();
    }
    if logins.is_empty() {
        return Ok((audience.to_vec(), Vec::new()));
    }
    let mut named = employee::list_by_logins(tx, account, &logins).await?;
    named.retain(|it| *it != comment.author_id);
    let is_new = |id: &&PersonId| audience.iter().all(|it| it.id != **id);
    let joining: Vec<PersonId> = named.iter().filter(is_new).copied().collect();
    comment::add_recipients(tx, account, comment.id, audience.len(), &joining).await?;
    let mut known: HashMap<PersonId, Addressee> =
        person::list_addressees(tx, account, joining.iter().copied()).await?;
    let joining = joining.iter().filter_map(|it| known.remove(it));
    Ok((audience.iter().cloned().chain(joining).collect(), named))
}
