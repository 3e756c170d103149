//! Contacts: people and companies that the account talks to.

use std::collections::HashSet;

use liaison_domain::{
    Timestamp,
    change::Change,
    id::{AccountId, PersonId},
    language::Language,
    mail_address::EmailAddress,
    person::{Contact, PersonKind},
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

/// Everything about a contact that its account decides.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
pub struct ContactFields {
    pub name: Name,
    pub is_company: bool,
    /// Main address first.
    pub emails: Vec<EmailAddress>,
    pub phones: Vec<String>,
    pub language: Option<Language>,
    pub company_ids: Vec<PersonId>,
    pub selectable_as_participant: bool,
    pub spam: bool,
    pub portal_access: bool,
}

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
    mut fields: ContactFields,
) -> Result<Contact, Failure> {
    let (env, id): (_, PersonId) = (&app.env, app.env.id());
    let linked = take_linked(tx, app, caller, &mut fields, &[]).await?;
    let fields = &fields;
    require_free_addresses(tx, caller, id, &fields.emails).await?;
    require_companies(tx, caller, &fields.company_ids).await?;
    let new = contact_with(fields, id, env.now(), 1);
    contact::insert(tx, caller.account, &new, &fields.emails).await?;
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
    fields: &mut ContactFields,
    known: &[String],
) -> Result<Option<Found>, Failure> {
    let is_new = |it: &EmailAddress| known.iter().all(|known| known != it.as_str());
    let further = fields.emails.iter().enumerate().skip(1);
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
    let Some(main) = fields.emails.first().filter(|it| is_new(it)) else { return Ok(None) };
    let found = agreement::find_addressed(tx, app, caller.account, main, "/email").await?;
    if found.is_some() {
        fields.emails.remove(0);
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
    let fields = ContactFields {
        name: Name::make(name, address.as_str()),
        is_company: false,
        emails: vec![address.clone()],
        phones: Vec::new(),
        language: None,
        company_ids: Vec::new(),
        selectable_as_participant: true,
        spam: false,
        portal_access: true,
    };
    let id = env.id();
    contact::insert(tx, account, &contact_with(&fields, id, env.now(), 1), &fields.emails).await?;
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
    let fields = ContactFields {
        name: Name::make(&found.employee.name, address.as_str()),
        is_company: false,
        emails: Vec::new(),
        phones: Vec::new(),
        language: None,
        company_ids: Vec::new(),
        selectable_as_participant: true,
        spam: false,
        portal_access: true,
    };
    let id: PersonId = app.env.id();
    contact::insert(tx, account, &contact_with(&fields, id, app.env.now(), 1), &[]).await?;
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
    mut fields: ContactFields,
) -> Result<Contact, Failure> {
    let env = &app.env;
    let linked = take_linked(tx, app, caller, &mut fields, &current.emails).await?;
    let fields = &fields;
    require_free_addresses(tx, caller, current.id, &fields.emails).await?;
    require_companies(tx, caller, &fields.company_ids).await?;
    let changed = contact_with(fields, current.id, current.created_at, current.version);
    if !contact::update(tx, caller.account, &changed, &fields.emails, env.now()).await? {
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

fn contact_with(fields: &ContactFields, id: PersonId, created_at: Timestamp, version: i64) -> Contact {
    Contact {
        id,
        name: fields.name.as_str().to_owned(),
        is_company: fields.is_company,
        emails: fields.emails.iter().map(ToString::to_string).collect(),
        phones: fields.phones.clone(),
        company_ids: fields.company_ids.clone(),
        language: fields.language,
        selectable_as_participant: fields.selectable_as_participant,
        spam: fields.spam,
        portal_access: fields.portal_access,
        linked_account: None,
        created_at,
        version,
    }
}

/// DUP-1, DUP-2: every address, main or further, belongs to one person of the account.
async fn require_free_addresses(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    id: PersonId,
    emails: &[EmailAddress],
) -> Result<(), Failure> {
    let owners = person::list_owners(tx, caller.account, emails.iter().map(EmailAddress::key)).await?;
    let taken: HashSet<&str> =
        owners.iter().filter(|it| it.person_id != id).map(|it| it.address_key.as_str()).collect();
    let mut refusal = Refusal::new(Code::EmailTaken, "The e-mail address is taken.");
    let mut seen = HashSet::new();
    for (i, email) in emails.iter().enumerate() {
        let key = email.key();
        if taken.contains(key.as_str()) || !seen.insert(key) {
            refusal = refusal.at(pointer(i), FieldCode::Taken, "is taken");
        }
    }
    if refusal.fields.is_empty() { Ok(()) } else { Err(refusal.into()) }
}

/// Where the caller wrote the address: the main one, or one of the further ones.
fn pointer(position: usize) -> String {
    position.checked_sub(1).map_or_else(|| "/email".to_owned(), |i| format!("/additional_emails/{i}"))
}

async fn require_companies(
    tx: &mut WriteTx,
    caller: &StaffCaller,
    companies: &[PersonId],
) -> Result<(), Failure> {
    let known = person::list_refs(tx, caller.account, companies.iter().copied()).await?;
    for (i, id) in companies.iter().enumerate() {
        if known.get(id).is_none_or(|it| it.kind != PersonKind::Contact) {
            return Err(Refusal::unknown_id(format!("/company_ids/{i}")).into());
        }
    }
    Ok(())
}
