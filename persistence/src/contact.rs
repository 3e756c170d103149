//! Contacts: people and companies that an account knows.

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId},
    language::Language,
    mail_address::EmailAddress,
    person::{Contact, PersonKind},
};
use serde::Serialize;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    link,
    list::{Hex, Ids, Rows, containing, hex, in_ids},
    page::{Cursor, Page, PageRequest},
    person::{self, NewPerson},
    sql::{Json, Scalar},
};

#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
struct ContactRow {
    id: PersonId,
    name: String,
    is_company: bool,
    phones: Json<Vec<String>>,
    language: Option<Language>,
    selectable_as_participant: bool,
    spam: bool,
    portal_access: bool,
    created_at: Timestamp,
    version: i64,
}
record!(ContactRow {
    id,
    name,
    is_company,
    phones,
    language,
    selectable_as_participant,
    spam,
    portal_access,
    created_at,
    version
});

struct CompanyRow {
    contact_id: PersonId,
    company_id: PersonId,
}
record!(CompanyRow { contact_id, company_id });

#[derive(Serialize)]
struct NewCompany {
    company_id: Hex,
}

statements! {
    INSERT_CONTACT = ["INSERT INTO contact (account_id, id, is_company, phones, language, selectable_as_participant, \
        spam, portal_access) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"];
    UPDATE_CONTACT = ["UPDATE contact SET is_company = $3, phones = $4, language = $5, selectable_as_participant = $6, \
        spam = $7, portal_access = $8 WHERE account_id = $1 AND id = $2"];
    FIND_CONTACT = ["SELECT p.id, p.name, c.is_company, c.phones, c.language, c.selectable_as_participant, c.spam, \
        c.portal_access, p.created_at, p.version FROM contact c JOIN person p ON p.account_id = c.account_id AND p.id = c.id \
        WHERE c.account_id = $1 AND c.id = $2 AND p.deleted_at IS NULL"];
    /// Newest first; the filters are a part of the name and a whole address, both folded.
    LIST_CONTACTS = ["SELECT p.id, p.name, c.is_company, c.phones, c.language, c.selectable_as_participant, c.spam, \
        c.portal_access, p.created_at, p.version FROM person p JOIN contact c ON c.account_id = p.account_id AND c.id = p.id \
        WHERE p.account_id = $1 AND p.kind = 'contact' AND p.deleted_at IS NULL AND (p.created_at, p.id) < ($2, $3) \
        AND (p.name_key LIKE $4 ESCAPE '\\' OR $4 IS NULL) \
        AND (p.id IN (SELECT a.person_id FROM person_address a WHERE a.account_id = $1 AND a.address_key = $5) OR $5 IS NULL) \
        AND (c.spam = $6 OR $6 IS NULL) ORDER BY p.created_at DESC, p.id DESC LIMIT $7"];
    CLEAR_SPAM = ["UPDATE contact SET spam = FALSE WHERE account_id = $1 AND spam = TRUE AND id IN \
        (SELECT a.person_id FROM person_address a WHERE a.account_id = $1 AND a.address_key = $2) RETURNING id AS value"];
    TOUCH_PERSON = ["UPDATE person SET updated_at = $3, version = version + 1 WHERE account_id = $1 AND id = $2"];
    LIST_COMPANIES = [
        "SELECT contact_id, company_id FROM contact_company WHERE account_id = $1 AND contact_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY contact_id, company_id"
    ];
    DELETE_COMPANIES = ["DELETE FROM contact_company WHERE account_id = $1 AND contact_id = $2"];
    INSERT_COMPANIES = [
        "INSERT INTO contact_company (account_id, contact_id, company_id) "
        {
            sqlite: "SELECT $1, $2, unhex(value ->> 'company_id') FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, company_id FROM jsonb_to_recordset($3) AS r(company_id uuid)"
        }
        " ON CONFLICT DO NOTHING"
    ];
}

/// Inserts a contact with its addresses and companies; that both are free and known was checked in the same transaction.
pub async fn insert(
    tx: &mut WriteTx,
    account: AccountId,
    contact: &Contact,
    addresses: &[EmailAddress],
) -> Result<(), StorageError> {
    let person = NewPerson {
        id: contact.id,
        kind: PersonKind::Contact,
        name: &contact.name,
        addresses,
        at: contact.created_at,
    };
    person::insert(tx, account, &person).await?;
    let phones = Json(&contact.phones);
    db!(
        tx,
        execute(
            INSERT_CONTACT,
            account,
            contact.id,
            contact.is_company,
            phones,
            contact.language,
            contact.selectable_as_participant,
            contact.spam,
            contact.portal_access
        )
    )?;
    insert_companies(tx, account, contact).await
}

/// Writes a contact's fields, addresses and companies; false where it is not at its `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    changed: &Contact,
    addresses: &[EmailAddress],
    at: Timestamp,
) -> Result<bool, StorageError> {
    if !person::update(tx, account, changed.id, &changed.name, at, changed.version).await? {
        return Ok(false);
    }
    let phones = Json(&changed.phones);
    db!(
        tx,
        execute(
            UPDATE_CONTACT,
            account,
            changed.id,
            changed.is_company,
            phones,
            changed.language,
            changed.selectable_as_participant,
            changed.spam,
            changed.portal_access
        )
    )?;
    person::replace_addresses(tx, account, changed.id, addresses).await?;
    db!(tx, execute(DELETE_COMPANIES, account, changed.id))?;
    insert_companies(tx, account, changed).await?;
    Ok(true)
}

/// Takes back that whoever has the address was marked as a spammer; gives who was.
pub async fn clear_spam(
    tx: &mut WriteTx,
    account: AccountId,
    address: &EmailAddress,
    at: Timestamp,
) -> Result<Vec<PersonId>, StorageError> {
    let cleared = db!(tx, fetch_all::<Scalar<PersonId>>(CLEAR_SPAM, account, address.key()))?;
    let cleared: Vec<PersonId> = cleared.into_iter().map(|it| it.0).collect();
    for id in &cleared {
        db!(tx, execute(TOUCH_PERSON, account, *id, at))?;
    }
    Ok(cleared)
}

async fn insert_companies(
    tx: &mut WriteTx,
    account: AccountId,
    contact: &Contact,
) -> Result<(), StorageError> {
    if contact.company_ids.is_empty() {
        return Ok(());
    }
    let rows: Rows<NewCompany> =
        Json(contact.company_ids.iter().map(|id| NewCompany { company_id: hex(id.uuid()) }).collect());
    db!(tx, execute(INSERT_COMPANIES, account, contact.id, rows)).map(drop)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: PersonId,
) -> Result<Option<Contact>, StorageError> {
    let row = db!(tx, fetch_optional::<ContactRow>(FIND_CONTACT, account, id))?;
    Ok(complete(tx, account, row.into_iter().collect()).await?.pop())
}

/// Which contacts to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name.
    pub q: Option<String>,
    /// A whole address.
    pub email: Option<EmailAddress>,
    pub spam: Option<bool>,
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Contact>, StorageError> {
    let before = page.before();
    let pattern = filter.q.as_deref().map(containing);
    let key = filter.email.as_ref().map(EmailAddress::key);
    let rows = db!(
        tx,
        fetch_all::<ContactRow>(
            LIST_CONTACTS,
            account,
            before.at(),
            before.id(),
            pattern,
            key,
            filter.spam,
            page.fetch()
        )
    )?;
    let contacts = complete(tx, account, rows).await?;
    Ok(Page::cut(contacts, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// Adds addresses, companies and links to rows, one statement each for any number of them.
async fn complete(
    tx: &mut dyn Tx,
    account: AccountId,
    rows: Vec<ContactRow>,
) -> Result<Vec<Contact>, StorageError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || rows.iter().map(|row| row.id);
    let mut addresses = person::list_addresses(tx, account, ids()).await?;
    let mut linked = link::list_linked(tx, account, ids()).await?;
    let mut companies: HashMap<PersonId, Vec<PersonId>> = HashMap::new();
    let list = Ids::new(ids().map(PersonId::uuid));
    for row in db!(tx, fetch_all::<CompanyRow>(LIST_COMPANIES, account, list))? {
        companies.entry(row.contact_id).or_default().push(row.company_id);
    }
    Ok(rows
        .into_iter()
        .map(|row| Contact {
            emails: addresses.remove(&row.id).unwrap_or_default(),
            company_ids: companies.remove(&row.id).unwrap_or_default(),
            id: row.id,
            name: row.name,
            is_company: row.is_company,
            phones: row.phones.0,
            language: row.language,
            selectable_as_participant: row.selectable_as_participant,
            spam: row.spam,
            portal_access: row.portal_access,
            linked_account: linked.remove(&row.id),
            created_at: row.created_at,
            version: row.version,
        })
        .collect())
}
