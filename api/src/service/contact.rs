//! Contacts: people and companies that the account talks to.

pub mod duplicate;
pub mod export;
pub mod group;
pub mod import;
pub mod merge;
pub mod resemblance;

use std::collections::HashSet;

use liaison_domain::{
    change::Change,
    contact::{Card, Contact},
    id::{AccountId, PersonId},
    mail_address::EmailAddress,
    person::PersonKind,
    refusal::{Code, FieldCode, Refusal},
    text::Name,
};
use liaison_persistence::{
    change_feed,
    contact::{self, Filter},
    database::{Tx, WriteTx},
    page::{Page, PageRequest},
    person,
};

use super::{
    Failure,
    caller::StaffCaller,
    link::{
        agreement,
        directory::{self, Found},
        ending,
    },
    stale,
};
use crate::{app::App, env::Env};

pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller, id: PersonId) -> Result<Contact, Failure> {
    Ok(contact::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?)
}

pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Contact>, Failure> {
    Ok(contact::list(tx, caller.account, filter, page).await?)
}

/// Adds a contact; an internal address of another account makes a link of it (LINKA-1, LINKA-2).
pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    mut card: Card,
) -> Result<Contact, Failure> {
    let (env, id): (_, PersonId) = (&app.env, app.env.id());
    let linked = take_linked(tx, app, caller, &mut card, &[]).await?;
    require_free_addresses(tx, caller, id, &card.emails, &[]).await?;
    require_known(tx, caller, id, &card).await?;
    contact::insert(tx, caller.account, id, &card, env.now()).await?;
    if let Some(found) = linked {
        agreement::request(tx, app, caller, id, &found, "/email").await?;
    }
    change_feed::append(tx, caller.account, Change::ContactCreated, id.uuid(), env.now());
    get(tx, caller, id).await
}

/// Takes an internal address out of a contact's, and finds whom it names. What he was known by before stays an address.
async fn take_linked(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    card: &mut Card,
    known: &[EmailAddress],
) -> Result<Option<Found>, Failure> {
    let is_new = |it: &EmailAddress| !known.contains(it);
    let further = card.emails.iter().enumerate().skip(1);
    for (i, email) in further.filter(|(_, it)| is_new(it)) {
        if directory::account_of(app, email).is_some() {
            return Err(Refusal::new(Code::ValidationFailed, "A link is made by the main address.")
                .at(
                    pointer(i),
                    FieldCode::Invalid,
                    "is an internal address, which makes a link as main address only",
                )
                .into());
        }
    }
    let Some(main) = card.emails.first().filter(|it| is_new(it)) else { return Ok(None) };
    let found = agreement::find_addressed(tx, app, caller.account, main, "/email").await?;
    if found.is_some() {
        card.emails.remove(0);
    }
    Ok(found)
}

/// Makes a contact of somebody who wrote and was unknown: named as he names himself, and at once one that may be talked
/// to (CBM-3, CONF-4). That his address is free was checked in the same transaction.
pub async fn create_from_mail(
    tx: &mut WriteTx,
    env: &Env,
    account: AccountId,
    name: &str,
    address: &EmailAddress,
) -> Result<PersonId, Failure> {
    let card = Card::of_unknown(Name::make(name, address.as_str()), vec![address.clone()]);
    let id = env.id();
    contact::insert(tx, account, id, &card, env.now()).await?;
    change_feed::append(tx, account, Change::ContactCreated, id.uuid(), env.now());
    Ok(id)
}

/// Who has an address, for somebody who types it instead of choosing a person: whoever is known by it, the employee of
/// another account whose internal address it is, as a contact who is linked with him, or a new contact by that name
/// (LINKC). Whether an ordinary address is somebody's in another account is never told (S23).
pub async fn named_by_address(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    address: &EmailAddress,
) -> Result<PersonId, Failure> {
    let (account, pointer) = (caller.account, "/assignee_emails");
    if let Some(known) = person::list_owners(tx, account, [address.key()]).await?.first() {
        return Ok(known.person_id);
    }
    let Some(found) = agreement::find_addressed(tx, app, account, address, pointer).await? else {
        return create_from_mail(tx, &app.env, account, address.as_str(), address).await;
    };
    if let Some(linked) = agreement::find_linked(tx, account, &found).await? {
        return Ok(linked);
    }
    let card = Card::of_unknown(Name::make(&found.employee.name, address.as_str()), Vec::new());
    let id: PersonId = app.env.id();
    contact::insert(tx, account, id, &card, app.env.now()).await?;
    agreement::request(tx, app, caller, id, &found, pointer).await?;
    change_feed::append(tx, account, Change::ContactCreated, id.uuid(), app.env.now());
    Ok(id)
}

/// Writes all fields of a contact that stands at `current`; an internal address of another account makes a link of it.
pub async fn update(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Contact,
    mut card: Card,
) -> Result<Contact, Failure> {
    let env = &app.env;
    let linked = take_linked(tx, app, caller, &mut card, &current.card.emails).await?;
    require_free_addresses(tx, caller, current.id, &card.emails, &current.card.emails).await?;
    require_known(tx, caller, current.id, &card).await?;
    if !contact::update(tx, caller.account, current.id, &card, env.now(), current.version).await? {
        return Err(stale().into());
    }
    if let Some(found) = linked {
        link(tx, app, caller, current, &found).await?;
    }
    change_feed::append(tx, caller.account, Change::ContactUpdated, current.id.uuid(), env.now());
    get(tx, caller, current.id).await
}

/// Links a contact, unless he is linked so already; another link has to be ended first.
async fn link(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Contact,
    found: &Found,
) -> Result<(), Failure> {
    let Some(linked) = &current.linked_account else {
        return agreement::request(tx, app, caller, current.id, found, "/email").await;
    };
    if linked.account == found.account.name && linked.login.as_deref() == Some(&found.employee.login) {
        return Ok(());
    }
    Err(Refusal::new(Code::AlreadyLinked, "The contact is linked with somebody else; end that link first.")
        .at("/email", FieldCode::Taken, "the contact is linked already")
        .into())
}

/// Ends a contact's link; what crossed stays (LINKD-1).
pub async fn unlink(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Contact,
) -> Result<(), Failure> {
    ending::end(tx, app, caller, current.id).await?;
    change_feed::append(tx, caller.account, Change::ContactUpdated, current.id.uuid(), app.env.now());
    Ok(())
}

/// Takes back that whoever has the address was marked as a spammer.
pub async fn clear_spam(
    tx: &mut WriteTx,
    env: &Env,
    account: AccountId,
    address: &EmailAddress,
) -> Result<(), Failure> {
    for id in contact::clear_spam(tx, account, address, env.now()).await? {
        change_feed::append(tx, account, Change::ContactUpdated, id.uuid(), env.now());
    }
    Ok(())
}

/// Deletes a contact: he can't be found or addressed any more; what he wrote stays.
pub async fn delete(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Contact,
) -> Result<(), Failure> {
    let env = &app.env;
    if current.linked_account.is_some() {
        ending::end(tx, app, caller, current.id).await?;
    }
    if !person::delete(tx, caller.account, current.id, env.now(), current.version).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, caller.account, Change::ContactDeleted, current.id.uuid(), env.now());
    Ok(())
}

/// DUP-1, DUP-2: every address, main or further, belongs to one person of the account. What is his already stays his, though
/// he may share it (DUP-3).
async fn require_free_addresses(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    id: PersonId,
    emails: &[EmailAddress],
    known: &[EmailAddress],
) -> Result<(), Failure> {
    let owners = person::list_owners(tx, caller.account, emails.iter().map(EmailAddress::key)).await?;
    let taken: HashSet<&str> =
        owners.iter().filter(|it| it.person_id != id).map(|it| it.address_key.as_str()).collect();
    let mut refusal = Refusal::new(Code::EmailTaken, "The e-mail address is taken.");
    let mut seen = HashSet::new();
    for (i, email) in emails.iter().enumerate() {
        let key = email.key();
        let is_his = known.iter().any(|it| it.key() == key);
        if (taken.contains(key.as_str()) && !is_his) || !seen.insert(key) {
            refusal = refusal.at(pointer(i), FieldCode::Taken, "is taken");
        }
    }
    if refusal.fields.is_empty() { Ok(()) } else { Err(refusal.into()) }
}

/// Where the caller wrote the address: the main one, or one of the further ones.
fn pointer(position: usize) -> String {
    position.checked_sub(1).map_or_else(|| "/email".to_owned(), |i| format!("/additional_emails/{i}"))
}

/// The companies, employees and the group that a card names are there, and nobody is his own company.
async fn require_known(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    id: PersonId,
    card: &Card,
) -> Result<(), Failure> {
    let named = card.company_ids.iter().chain(&card.responsible_ids).copied();
    let known = person::list_addressees(tx, caller.account, named).await?;
    for (i, company) in card.company_ids.iter().enumerate() {
        let pointer = format!("/company_ids/{i}");
        if known.get(company).is_none_or(|it| it.kind() != PersonKind::Contact) {
            return Err(Refusal::unknown_id(pointer).into());
        }
        if *company == id {
            return Err(Refusal::new(Code::ValidationFailed, "A contact can't belong to himself.")
                .at(pointer, FieldCode::Invalid, "is the contact himself")
                .into());
        }
    }
    let is_employee = |it: &PersonId| known.get(it).is_some_and(|it| it.kind() == PersonKind::Employee);
    if let Some(i) = card.responsible_ids.iter().position(|it| !is_employee(it)) {
        return Err(Refusal::unknown_id(format!("/responsible_ids/{i}")).into());
    }
    let Some(group) = card.group_id else { return Ok(()) };
    match contact::group::find(tx, caller.account, group).await? {
        Some(_) => Ok(()),
        None => Err(Refusal::unknown_id("/group_id").into()),
    }
}
