//! Contacts: people and companies that an account knows.

pub mod duplicate;
pub mod export;
pub mod group;
pub mod import;
pub mod merge;
pub mod phone;
pub mod resemblance;
pub mod responsible;

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    contact::{Card, Contact, NamePart, NameParts, Position, PostalAddress, TimeZone},
    id::{AccountId, ContactGroupId, PersonId},
    language::Language,
    mail_address::EmailAddress,
    person::PersonKind,
    text::{Line, Name},
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
    first_name: Option<String>,
    middle_name: Option<String>,
    last_name: Option<String>,
    group_id: Option<ContactGroupId>,
    position: Option<String>,
    description: Option<String>,
    address: Option<String>,
    language: Option<Language>,
    time_zone: Option<String>,
    selectable_as_participant: bool,
    selectable_as_counterparty: bool,
    spam: bool,
    portal_access: bool,
    sees_company_tasks: bool,
    created_at: Timestamp,
    version: i64,
}
record!(ContactRow {
    id,
    name,
    is_company,
    first_name,
    middle_name,
    last_name,
    group_id,
    position,
    description,
    address,
    language,
    time_zone,
    selectable_as_participant,
    selectable_as_counterparty,
    spam,
    portal_access,
    sees_company_tasks,
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

/// The columns of a [`ContactRow`], of the tables `p` and `c`.
macro_rules! columns {
    () => {
        "p.id, p.name, c.is_company, c.first_name, c.middle_name, c.last_name, c.group_id, c.position, c.description, \
         c.address, c.language, c.time_zone, c.selectable_as_participant, c.selectable_as_counterparty, c.spam, \
         c.portal_access, c.sees_company_tasks, p.created_at, p.version"
    };
}

statements! {
    INSERT_CONTACT = ["INSERT INTO contact (account_id, id, is_company, first_name, middle_name, last_name, group_id, \
        position, description, address, language, time_zone, selectable_as_participant, selectable_as_counterparty, spam, \
        portal_access, sees_company_tasks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"];
    UPDATE_CONTACT = ["UPDATE contact SET is_company = $3, first_name = $4, middle_name = $5, last_name = $6, \
        group_id = $7, position = $8, description = $9, address = $10, language = $11, time_zone = $12, \
        selectable_as_participant = $13, selectable_as_counterparty = $14, spam = $15, portal_access = $16, \
        sees_company_tasks = $17 WHERE account_id = $1 AND id = $2"];
    FIND_CONTACT = ["SELECT " columns!() " FROM contact c JOIN person p ON p.account_id = c.account_id AND p.id = c.id \
        WHERE c.account_id = $1 AND c.id = $2 AND p.deleted_at IS NULL"];
    LIST_BY_IDS = [
        "SELECT " columns!() " FROM contact c JOIN person p ON p.account_id = c.account_id AND p.id = c.id \
         WHERE c.account_id = $1 AND c.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY c.id"
    ];
    /// Newest first; `$4` is a part of the name and `$5` a whole address, both folded.
    LIST_CONTACTS = ["SELECT " columns!() " FROM person p JOIN contact c ON c.account_id = p.account_id AND c.id = p.id \
        WHERE p.account_id = $1 AND p.kind = 'contact' AND p.deleted_at IS NULL AND (p.created_at, p.id) < ($2, $3) \
        AND (p.name_key LIKE $4 ESCAPE '\\' OR $4 IS NULL) \
        AND (p.id IN (SELECT a.person_id FROM person_address a WHERE a.account_id = $1 AND a.address_key = $5) OR $5 IS NULL) \
        AND (c.spam = $6 OR $6 IS NULL) \
        AND (p.id IN (SELECT k.contact_id FROM contact_company k WHERE k.account_id = $1 AND k.company_id = $7) OR $7 IS NULL) \
        AND (c.group_id = $8 OR $8 IS NULL) AND (c.is_company = $9 OR $9 IS NULL) \
        ORDER BY p.created_at DESC, p.id DESC LIMIT $10"];
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

/// Runs one of the two statements that write a card's own columns, in their order.
macro_rules! write_card {
    ($tx:ident, $SQL:ident, $account:ident, $id:ident, $card:ident) => {
        db!(
            $tx,
            execute(
                $SQL,
                $account,
                $id,
                $card.is_company,
                text($card.parts.first.as_ref()),
                text($card.parts.middle.as_ref()),
                text($card.parts.last.as_ref()),
                $card.group_id,
                text($card.position.as_ref()),
                $card.description,
                text($card.address.as_ref()),
                $card.language,
                $card.time_zone.as_ref().map(|it| it.as_str().to_owned()),
                $card.selectable_as_participant,
                $card.selectable_as_counterparty,
                $card.spam,
                $card.portal_access,
                $card.sees_company_tasks
            )
        )
    };
}

/// Inserts a contact with its addresses and companies; that both are free and known was checked in the same transaction.
pub async fn insert(
    tx: &mut WriteTx,
    account: AccountId,
    id: PersonId,
    card: &Card,
    at: Timestamp,
) -> Result<(), StorageError> {
    insert_sharing(tx, account, id, card, &[], at).await
}

/// The same for an import that gives him addresses that are somebody's already: `shared`, folded (DUP-3).
pub async fn insert_sharing(
    tx: &mut WriteTx,
    account: AccountId,
    id: PersonId,
    card: &Card,
    shared: &[String],
    at: Timestamp,
) -> Result<(), StorageError> {
    let person = NewPerson {
        id,
        kind: PersonKind::Contact,
        name: card.name.as_str(),
        known_as: &card.known_as(),
        addresses: &card.emails,
        shared,
        at,
    };
    person::insert(tx, account, &person).await?;
    write_card!(tx, INSERT_CONTACT, account, id, card)?;
    phone::insert_all(tx, account, id, &card.phones).await?;
    insert_companies(tx, account, id, &card.company_ids).await?;
    responsible::insert_all(tx, account, id, &card.responsible_ids).await
}

/// Writes a contact's fields, addresses and companies; false where it is not at `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    id: PersonId,
    card: &Card,
    at: Timestamp,
    version: i64,
) -> Result<bool, StorageError> {
    let (name, known_as) = (card.name.as_str(), card.known_as());
    if !person::update(tx, account, id, name, &known_as, at, version).await? {
        return Ok(false);
    }
    write_card!(tx, UPDATE_CONTACT, account, id, card)?;
    person::replace_addresses(tx, account, id, &card.emails).await?;
    phone::replace(tx, account, id, &card.phones).await?;
    db!(tx, execute(DELETE_COMPANIES, account, id))?;
    insert_companies(tx, account, id, &card.company_ids).await?;
    responsible::replace(tx, account, id, &card.responsible_ids).await?;
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
    id: PersonId,
    companies: &[PersonId],
) -> Result<(), StorageError> {
    if companies.is_empty() {
        return Ok(());
    }
    let rows: Rows<NewCompany> =
        Json(companies.iter().map(|id| NewCompany { company_id: hex(id.uuid()) }).collect());
    db!(tx, execute(INSERT_COMPANIES, account, id, rows)).map(drop)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: PersonId,
) -> Result<Option<Contact>, StorageError> {
    let row = db!(tx, fetch_optional::<ContactRow>(FIND_CONTACT, account, id))?;
    Ok(complete(tx, account, row.into_iter().collect()).await?.pop())
}

/// Contacts by their ids, deleted ones too; unknown ids are left out.
pub async fn list_by_ids(
    tx: &mut dyn Tx,
    account: AccountId,
    contacts: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<Contact>, StorageError> {
    let ids = Ids::new(contacts.into_iter().map(PersonId::uuid));
    let rows = db!(tx, fetch_all::<ContactRow>(LIST_BY_IDS, account, ids))?;
    complete(tx, account, rows).await
}

/// Which contacts to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name.
    pub q: Option<String>,
    /// A whole address.
    pub email: Option<EmailAddress>,
    pub spam: Option<bool>,
    /// Those who belong to it.
    pub company: Option<PersonId>,
    pub group: Option<ContactGroupId>,
    pub is_company: Option<bool>,
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
            filter.company,
            filter.group,
            filter.is_company,
            page.fetch()
        )
    )?;
    let contacts = complete(tx, account, rows).await?;
    Ok(Page::cut(contacts, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// Adds addresses, phones, companies, employees and links to rows, one statement each for any number of them.
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
    let mut phones = phone::list(tx, account, ids()).await?;
    let mut responsible = responsible::list(tx, account, ids()).await?;
    let mut linked = link::list_linked(tx, account, ids()).await?;
    let mut companies: HashMap<PersonId, Vec<PersonId>> = HashMap::new();
    let list = Ids::new(ids().map(PersonId::uuid));
    for row in db!(tx, fetch_all::<CompanyRow>(LIST_COMPANIES, account, list))? {
        companies.entry(row.contact_id).or_default().push(row.company_id);
    }
    let contact = |row: ContactRow| {
        let emails = addresses.remove(&row.id).unwrap_or_default();
        Contact {
            id: row.id,
            created_at: row.created_at,
            version: row.version,
            linked_account: linked.remove(&row.id),
            card: Card {
                name: Name::make(&row.name, "?"),
                parts: NameParts {
                    first: row.first_name.and_then(|it| NamePart::parse(&it).ok()),
                    middle: row.middle_name.and_then(|it| NamePart::parse(&it).ok()),
                    last: row.last_name.and_then(|it| NamePart::parse(&it).ok()),
                },
                is_company: row.is_company,
                emails: emails.iter().filter_map(|it| EmailAddress::parse(it).ok()).collect(),
                phones: phones.remove(&row.id).unwrap_or_default(),
                company_ids: companies.remove(&row.id).unwrap_or_default(),
                responsible_ids: responsible.remove(&row.id).unwrap_or_default(),
                group_id: row.group_id,
                position: row.position.and_then(|it| Position::parse(&it).ok()),
                description: row.description,
                address: row.address.and_then(|it| PostalAddress::parse(&it).ok()),
                language: row.language,
                time_zone: row.time_zone.and_then(|it| TimeZone::parse(&it).ok()),
                selectable_as_participant: row.selectable_as_participant,
                selectable_as_counterparty: row.selectable_as_counterparty,
                spam: row.spam,
                portal_access: row.portal_access,
                sees_company_tasks: row.sees_company_tasks,
            },
        }
    };
    Ok(rows.into_iter().map(contact).collect())
}

fn text<const MAX: usize>(line: Option<&Line<MAX>>) -> Option<String> {
    line.map(|it| it.as_str().to_owned())
}
