//! Contacts that became one, and several again (DUP-5).
//!
//! What is asked for by person — roles, authors, audiences — is moved to the survivor, row by row, and each row is written
//! down, so that every other statement knows nothing of merging. What is kept as it was, the ledgers of mail and who
//! uploaded or set something, still names whom it named: tokens in mails are made of that id. There `person.merged_into` says
//! who it is today. [`rows`] has the tables.

pub(crate) mod rows;

use liaison_domain::{
    Timestamp,
    contact::{
        Phone,
        merge::{Gained, SingleField},
    },
    id::{AccountId, ContactMergeId, PersonId, TaskId},
    mail_address::EmailAddress,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    database::WriteTx,
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    person,
    sql::{Json, Scalar},
};

/// Several contacts that became one.
#[derive(Clone, Debug)]
pub struct MergeRow {
    pub id: ContactMergeId,
    pub into_id: PersonId,
    gained: Json<GainedRow>,
    pub created_at: Timestamp,
    pub undone_at: Option<Timestamp>,
}
record!(MergeRow { id, into_id, gained, created_at, undone_at });

impl MergeRow {
    /// What the survivor's card got.
    pub fn gained(&self) -> Gained {
        let GainedRow { emails, phones, company_ids, lost_company_ids, fields } = &self.gained.0;
        let people = |ids: &[Uuid]| ids.iter().copied().map(PersonId::new).collect();
        let phone = |(number, kind): &(String, String)| {
            Some(Phone { number: number.clone(), kind: kind.parse().ok()? })
        };
        Gained {
            emails: emails.iter().filter_map(|it| EmailAddress::parse(it).ok()).collect(),
            phones: phones.iter().filter_map(phone).collect(),
            company_ids: people(company_ids),
            lost_company_ids: people(lost_company_ids),
            fields: fields.iter().filter_map(|it| it.parse().ok()).collect(),
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct GainedRow {
    emails: Vec<String>,
    phones: Vec<(String, String)>,
    company_ids: Vec<Uuid>,
    lost_company_ids: Vec<Uuid>,
    fields: Vec<String>,
}

impl From<&Gained> for GainedRow {
    fn from(gained: &Gained) -> Self {
        let ids = |people: &[PersonId]| people.iter().map(|it| it.uuid()).collect();
        let phone = |it: &Phone| (it.number.clone(), it.kind.as_str().to_owned());
        Self {
            emails: gained.emails.iter().map(ToString::to_string).collect(),
            phones: gained.phones.iter().map(phone).collect(),
            company_ids: ids(&gained.company_ids),
            lost_company_ids: ids(&gained.lost_company_ids),
            fields: gained.fields.iter().copied().map(SingleField::as_str).map(ToOwned::to_owned).collect(),
        }
    }
}

#[derive(Serialize)]
struct NewSource {
    position: usize,
    contact_id: Hex,
}

statements! {
    /// On PostgreSQL whoever changes one of the tasks waits, or is waited for: tasks first, as everywhere.
    LOCK_TASKS = [
        "SELECT k.id AS value FROM task k WHERE k.account_id = $1 AND k.id IN (\
         SELECT r.task_id FROM task_role r WHERE r.account_id = $1 AND r.person_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " UNION SELECT c.task_id FROM comment c WHERE c.account_id = $1 AND c.author_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        ") ORDER BY k.id"
        { sqlite: "", postgres: " FOR UPDATE" }
    ];
    INSERT_MERGE = ["INSERT INTO contact_merge (account_id, id, into_id, token_hash, gained, merged_by, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)"];
    INSERT_SOURCES = [
        "INSERT INTO contact_merge_source (account_id, merge_id, position, contact_id) "
        {
            sqlite: "SELECT $1, $2, value ->> 'position', unhex(value ->> 'contact_id') FROM json_each($3) WHERE TRUE",
            postgres: "SELECT $1, $2, position, contact_id FROM jsonb_to_recordset($3) AS r(position bigint, contact_id uuid)"
        }
    ];
    FIND_BY_TOKEN = ["SELECT id, into_id, gained, created_at, undone_at FROM contact_merge \
        WHERE account_id = $1 AND token_hash = $2"];
    LIST_SOURCES = ["SELECT contact_id AS value FROM contact_merge_source WHERE account_id = $1 AND merge_id = $2 \
        ORDER BY position"];
    FINISH_UNDONE = ["UPDATE contact_merge SET undone_at = $3 WHERE account_id = $1 AND id = $2"];
    DELETE_ROWS = ["DELETE FROM contact_merge_row WHERE account_id = $1 AND merge_id = $2"];
    FORGET_ROWS = ["DELETE FROM contact_merge_row WHERE account_id = $1 AND merge_id IN (\
        SELECT m.id FROM contact_merge m WHERE m.account_id = $1 AND m.created_at < $2)"];
    FORGET_SOURCES = ["DELETE FROM contact_merge_source WHERE account_id = $1 AND merge_id IN (\
        SELECT m.id FROM contact_merge m WHERE m.account_id = $1 AND m.created_at < $2)"];
    FORGET_MERGES = ["DELETE FROM contact_merge WHERE account_id = $1 AND created_at < $2"];
    BECOME_ONE = ["UPDATE person SET merged_into = $3, deleted_at = $4, updated_at = $4, version = version + 1 \
        WHERE account_id = $1 AND id = $2"];
    COME_BACK = ["UPDATE person SET merged_into = NULL, deleted_at = NULL, updated_at = $3, version = version + 1 \
        WHERE account_id = $1 AND id = $2"];

    /// His addresses stay written down with him, and are the survivor's.
    NOTE_ADDRESSES = ["INSERT INTO contact_merge_row (account_id, merge_id, contact_id, place, row_id, detail, has_gone) \
        SELECT $1, $2, $3, 'address', t.person_id, t.address_key, t.is_duplicate FROM person_address t \
        WHERE t.account_id = $1 AND t.person_id = $3"];
    REST_ADDRESSES = ["UPDATE person_address SET is_duplicate = TRUE WHERE account_id = $1 AND person_id = $2"];
    /// What somebody else was given since is lost to him.
    LOSE_ADDRESSES = ["DELETE FROM person_address AS t WHERE t.account_id = $1 AND t.person_id = $3 AND EXISTS (\
        SELECT 1 FROM contact_merge_row j WHERE j.account_id = t.account_id AND j.merge_id = $2 AND j.contact_id = $3 \
        AND j.place = 'address' AND j.row_id = t.person_id AND j.detail = t.address_key AND j.has_gone = FALSE) \
        AND EXISTS (SELECT 1 FROM person_address o WHERE o.account_id = t.account_id AND o.address_key = t.address_key \
        AND o.is_duplicate = FALSE) RETURNING address AS value"];
    WAKE_ADDRESSES = ["UPDATE person_address AS t SET is_duplicate = FALSE WHERE t.account_id = $1 AND t.person_id = $3 \
        AND EXISTS (SELECT 1 FROM contact_merge_row j WHERE j.account_id = t.account_id AND j.merge_id = $2 \
        AND j.contact_id = $3 AND j.place = 'address' AND j.row_id = t.person_id AND j.detail = t.address_key \
        AND j.has_gone = FALSE)"];

    TOUCH_COMMENTS = ["UPDATE comment SET version = version + 1 WHERE account_id = $1 AND id IN (\
        SELECT j.row_id FROM contact_merge_row j WHERE j.account_id = $1 AND j.merge_id = $2 \
        AND j.place IN ('comment_author', 'comment_recipient'))"];
    TOUCH_TASKS = ["UPDATE task SET version = version + 1, updated_at = $3 WHERE account_id = $1 AND id IN (\
        SELECT j.row_id FROM contact_merge_row j WHERE j.account_id = $1 AND j.merge_id = $2 \
        AND j.place IN ('task_role', 'task_recipient', 'task_counterparty', 'task_describer') \
        UNION SELECT c.task_id FROM contact_merge_row j JOIN comment c ON c.account_id = j.account_id AND c.id = j.row_id \
        WHERE j.account_id = $1 AND j.merge_id = $2 AND j.place IN ('comment_author', 'comment_recipient')) \
        RETURNING id AS value"];
    TOUCH_MEMBERS = ["UPDATE person SET version = version + 1 WHERE account_id = $1 AND id IN (\
        SELECT j.row_id FROM contact_merge_row j WHERE j.account_id = $1 AND j.merge_id = $2 AND j.place = 'company') \
        RETURNING id AS value"];
}

/// A merge to be written down.
#[derive(Debug)]
pub struct NewMerge<'a> {
    pub id: ContactMergeId,
    pub into: PersonId,
    /// Those who become one with him, in this order.
    pub from: &'a [PersonId],
    /// Of the token that undoes it.
    pub token_hash: &'a [u8],
    pub gained: &'a Gained,
    pub by: PersonId,
    pub at: Timestamp,
}

/// Has nobody else change these people, or the tasks that they are in, until the end of the transaction.
pub async fn lock(
    tx: &mut WriteTx,
    account: AccountId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<(), StorageError> {
    let people: Vec<PersonId> = people.into_iter().collect();
    let ids = Ids::new(people.iter().map(|it| it.uuid()));
    db!(tx, fetch_all::<Scalar<TaskId>>(LOCK_TASKS, account, ids))?;
    person::lock(tx, account, people).await
}

/// Writes a merge down, and frees the addresses of those who become one with the survivor.
pub async fn begin(tx: &mut WriteTx, account: AccountId, new: &NewMerge<'_>) -> Result<(), StorageError> {
    let gained = Json(GainedRow::from(new.gained));
    db!(tx, execute(INSERT_MERGE, account, new.id, new.into, new.token_hash, gained, new.by, new.at))?;
    let source = |(position, id): (usize, &PersonId)| NewSource { position, contact_id: hex(id.uuid()) };
    let sources: Rows<NewSource> = Json(new.from.iter().enumerate().map(source).collect());
    db!(tx, execute(INSERT_SOURCES, account, new.id, sources))?;
    for from in new.from {
        db!(tx, execute(NOTE_ADDRESSES, account, new.id, from))?;
        db!(tx, execute(REST_ADDRESSES, account, from))?;
    }
    Ok(())
}

/// Has everything that names one of them name the survivor.
pub async fn pass(
    tx: &mut WriteTx,
    account: AccountId,
    new: &NewMerge<'_>,
    from: PersonId,
) -> Result<(), StorageError> {
    rows::pass(tx, account, new.id, from, new.into).await?;
    db!(tx, execute(BECOME_ONE, account, from, new.into, new.at)).map(drop)
}

/// What looks different to others after a merge or its undoing.
#[derive(Debug)]
pub struct Touched {
    pub tasks: Vec<TaskId>,
    pub contacts: Vec<PersonId>,
}

/// Gives the tasks, comments and members of companies that a merge moved a new version.
pub async fn touch(
    tx: &mut WriteTx,
    account: AccountId,
    merge: ContactMergeId,
    at: Timestamp,
) -> Result<Touched, StorageError> {
    db!(tx, execute(TOUCH_COMMENTS, account, merge))?;
    let tasks = db!(tx, fetch_all::<Scalar<TaskId>>(TOUCH_TASKS, account, merge, at))?;
    let contacts = db!(tx, fetch_all::<Scalar<PersonId>>(TOUCH_MEMBERS, account, merge))?;
    Ok(Touched {
        tasks: tasks.into_iter().map(|it| it.0).collect(),
        contacts: contacts.into_iter().map(|it| it.0).collect(),
    })
}

/// The merge that a token undoes, given by its digest.
pub async fn find_by_token(
    tx: &mut WriteTx,
    account: AccountId,
    token_hash: &[u8],
) -> Result<Option<MergeRow>, StorageError> {
    db!(tx, fetch_optional::<MergeRow>(FIND_BY_TOKEN, account, token_hash))
}

/// Who became one with the survivor, in the order in which they did.
pub async fn list_sources(
    tx: &mut WriteTx,
    account: AccountId,
    merge: ContactMergeId,
) -> Result<Vec<PersonId>, StorageError> {
    let rows = db!(tx, fetch_all::<Scalar<PersonId>>(LIST_SOURCES, account, merge))?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Has everything that passed from somebody name him again, as far as it still names the survivor; those who became one
/// last come back first. Gives the addresses that are somebody else's by now.
pub async fn give_back(
    tx: &mut WriteTx,
    account: AccountId,
    merge: &MergeRow,
    from: PersonId,
    at: Timestamp,
) -> Result<Vec<String>, StorageError> {
    rows::give_back(tx, account, merge.id, from, merge.into_id).await?;
    let lost = db!(tx, fetch_all::<Scalar<String>>(LOSE_ADDRESSES, account, merge.id, from))?;
    db!(tx, execute(WAKE_ADDRESSES, account, merge.id, from))?;
    db!(tx, execute(COME_BACK, account, from, at))?;
    Ok(lost.into_iter().map(|it| it.0).collect())
}

/// Has a merge not be undone once more.
pub async fn finish_undone(
    tx: &mut WriteTx,
    account: AccountId,
    merge: ContactMergeId,
    at: Timestamp,
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_ROWS, account, merge))?;
    db!(tx, execute(FINISH_UNDONE, account, merge, at)).map(drop)
}

/// Forgets how merges of before are undone.
pub async fn forget(tx: &mut WriteTx, account: AccountId, before: Timestamp) -> Result<(), StorageError> {
    db!(tx, execute(FORGET_ROWS, account, before))?;
    db!(tx, execute(FORGET_SOURCES, account, before))?;
    db!(tx, execute(FORGET_MERGES, account, before)).map(drop)
}
