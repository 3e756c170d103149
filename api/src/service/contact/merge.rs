//! Several contacts become one, and several again (DUP-5).
//!
//! The survivor sees and is seen with what was addressed to each of them, and whatever comes back to a mail that one of them
//! got comes from him. What the ledgers of mail say stays as it was written, under the survivor's name.

use std::collections::HashSet;

use chrono::TimeDelta;
use liaison_domain::{
    change::Change,
    contact::{
        Contact,
        merge::{merge, unmerge},
    },
    id::PersonId,
    refusal::{Code, FieldCode, Refusal},
};
use liaison_persistence::{
    change_feed,
    contact::{
        self,
        merge::{self as store, NewMerge, Touched},
    },
    database::WriteTx,
};

use crate::{
    app::App,
    keys::AccountToken,
    service::{Failure, caller::StaffCaller, stale},
};

/// How long a merge can be undone.
pub const UNDOABLE: TimeDelta = TimeDelta::days(30);
const TOKEN_PREFIX: &str = "lum";

/// A contact who several became, and how that is undone.
#[derive(Debug)]
pub struct Merged {
    pub contact: Contact,
    pub undo_token: String,
}

/// Contacts who are several again.
#[derive(Debug)]
pub struct Unmerged {
    pub contact: Contact,
    /// Those who had become one with him.
    pub contacts: Vec<Contact>,
    /// Addresses that are somebody else's by now, with whose they were.
    pub lost: Vec<(PersonId, String)>,
}

/// Has contacts become one with the contact `into`.
pub async fn merge_contacts(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    into: PersonId,
    from: &[PersonId],
) -> Result<Merged, Failure> {
    let (account, now) = (caller.account, app.env.now());
    store::lock(tx, account, from.iter().copied().chain([into])).await?;
    let survivor = contact::find(tx, account, into).await?.ok_or_else(|| Refusal::unknown_id("/into"))?;
    let mut others = Vec::new();
    for (i, id) in from.iter().enumerate() {
        let pointer = format!("/from/{i}");
        others.push(contact::find(tx, account, *id).await?.ok_or_else(|| Refusal::unknown_id(pointer))?);
    }
    require_one_link(&survivor, &others)?;
    let cards: Vec<_> = others.iter().map(|it| (it.id, &it.card)).collect();
    let (card, gained) = merge((into, &survivor.card), &cards);
    let token = AccountToken::make(&app.env, TOKEN_PREFIX, account);
    let new = NewMerge {
        id: app.env.id(),
        into,
        from,
        token_hash: &token.digest(),
        gained: &gained,
        by: caller.employee,
        at: now,
    };
    store::begin(tx, account, &new).await?;
    if !contact::update(tx, account, into, &card, now, survivor.version).await? {
        return Err(stale().into());
    }
    for id in from {
        store::pass(tx, account, &new, *id).await?;
        change_feed::append(tx, account, Change::ContactDeleted, id.uuid(), now);
    }
    let touched = store::touch(tx, account, new.id, now).await?;
    tell(tx, app, caller, into, &touched);
    Ok(Merged { contact: super::get(tx, caller, into).await?, undo_token: token.text })
}

/// Undoes a merge. What was made since, and what was changed since in the survivor's card, stays his.
pub async fn undo(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    token: &str,
) -> Result<Unmerged, Failure> {
    let (account, now) = (caller.account, app.env.now());
    let token = AccountToken::parse(TOKEN_PREFIX, token).ok_or_else(Refusal::not_found)?;
    let found = store::find_by_token(tx, account, &token.digest()).await?;
    let row = found.filter(|it| it.created_at + UNDOABLE > now).ok_or_else(Refusal::not_found)?;
    let from = store::list_sources(tx, account, row.id).await?;
    store::lock(tx, account, from.iter().copied().chain([row.into_id])).await?;
    let survivor = contact::find(tx, account, row.into_id).await?;
    let Some(survivor) = survivor.filter(|_| row.undone_at.is_none()) else {
        let detail =
            "The merge was undone already, or its contact was deleted or merged since: undo that first.";
        return Err(Refusal::new(Code::NotUndoable, detail).into());
    };
    let others = contact::list_by_ids(tx, account, from.iter().copied()).await?;
    let cards = from.iter().filter_map(|id| others.iter().find(|it| it.id == *id)).map(|it| &it.card);
    let card = unmerge(&survivor.card, &row.gained(), &cards.collect::<Vec<_>>());
    if !contact::update(tx, account, survivor.id, &card, now, survivor.version).await? {
        return Err(stale().into());
    }
    let mut lost = Vec::new();
    for id in from.iter().rev() {
        let addresses = store::give_back(tx, account, &row, *id, now).await?;
        lost.extend(addresses.into_iter().map(|it| (*id, it)));
        change_feed::append(tx, account, Change::ContactCreated, id.uuid(), now);
    }
    let touched = store::touch(tx, account, row.id, now).await?;
    store::finish_undone(tx, account, row.id, now).await?;
    tell(tx, app, caller, survivor.id, &touched);
    let mut contacts = Vec::new();
    for id in from {
        contacts.push(super::get(tx, caller, id).await?);
    }
    Ok(Unmerged { contact: super::get(tx, caller, survivor.id).await?, contacts, lost })
}

/// Nobody is two persons elsewhere: one of the links has to be ended first.
fn require_one_link(survivor: &Contact, others: &[Contact]) -> Result<(), Refusal> {
    let mut is_linked = survivor.linked_account.is_some();
    for (i, other) in others.iter().enumerate() {
        if is_linked && other.linked_account.is_some() {
            let detail = "Two of the contacts are linked with different persons; end one of the links first.";
            return Err(Refusal::new(Code::AlreadyLinked, detail).at(
                format!("/from/{i}"),
                FieldCode::Taken,
                "is linked with somebody else",
            ));
        }
        is_linked |= other.linked_account.is_some();
    }
    Ok(())
}

/// Tells those who follow what looks different now.
fn tell(tx: &mut WriteTx, app: &App, caller: &StaffCaller, survivor: PersonId, touched: &Touched) {
    let (account, now) = (caller.account, app.env.now());
    let contacts: HashSet<PersonId> = touched.contacts.iter().copied().chain([survivor]).collect();
    let mut contacts: Vec<PersonId> = contacts.into_iter().collect();
    contacts.sort_unstable();
    for id in contacts {
        change_feed::append(tx, account, Change::ContactUpdated, id.uuid(), now);
    }
    for id in &touched.tasks {
        change_feed::append(tx, account, Change::TaskUpdated, id.uuid(), now);
    }
}
