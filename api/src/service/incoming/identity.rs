//! Which mails are one: two deliveries of a mail become what the first of them became (R7).

use liaison_domain::{
    id::{AccountId, PersonId},
    refusal::Refusal,
};
use liaison_persistence::{
    database::WriteTx,
    incoming_mail::{self, IncomingMailRow},
};

use super::{explain::Explain, matching::message_id, reading::Reading};
use crate::{keys::digest, service::Failure};

/// What a mail is among those that came.
#[derive(Debug)]
pub(super) enum Identity {
    /// The first of its identity and content.
    First,
    /// The first with this content, under an identity that another mail had: broken programs use one again.
    Namesake,
    /// A copy of this one.
    Copy(Box<IncomingMailRow>),
}

/// Claims the mail's identity for `row`, until the end of the transaction before everybody else.
pub(super) async fn claim(
    tx: &mut WriteTx,
    account: AccountId,
    row: &IncomingMailRow,
    reading: &Reading,
    explain: &mut Explain,
) -> Result<Identity, Failure> {
    let Some(id) = message_id(&reading.mail) else { return Ok(Identity::First) };
    let hash = &reading.content_hash;
    if let Some(first) = incoming_mail::claim_identity(tx, account, row.id, &id, hash).await? {
        explain.add("duplicate", "copy", format!("it is a copy of the mail {first}"));
        let first = incoming_mail::find(tx, account, first).await?.ok_or_else(Refusal::not_found)?;
        return Ok(Identity::Copy(Box::new(first)));
    }
    if incoming_mail::has_namesake(tx, account, &id, hash).await? {
        explain.add("duplicate", "new", "another mail came under the same Message-ID");
        return Ok(Identity::Namesake);
    }
    Ok(Identity::First)
}

/// Claims for `row` to be the mail's copy for these people, who can't be where its first copy went. Gives the one that was
/// theirs before.
pub(super) async fn claim_apart(
    tx: &mut WriteTx,
    account: AccountId,
    row: &IncomingMailRow,
    reading: &Reading,
    people: impl Iterator<Item = PersonId>,
) -> Result<Option<IncomingMailRow>, Failure> {
    let Some(id) = message_id(&reading.mail) else { return Ok(None) };
    let mut hashed = reading.content_hash.clone();
    people.for_each(|it| hashed.extend_from_slice(it.uuid().as_bytes()));
    let earlier = incoming_mail::claim_identity(tx, account, row.id, &id, &digest(&hashed)).await?;
    match earlier {
        Some(earlier) => Ok(incoming_mail::find(tx, account, earlier).await?),
        None => Ok(None),
    }
}
