//! What administrators said about addresses that mail comes from.

use liaison_domain::{
    Timestamp,
    id::{AccountId, MailSenderId, PersonId},
    inbound::standing::{Reputation, SenderStanding},
    mail_address::EmailAddress,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    page::{Cursor, Page, PageRequest},
    sql::Scalar,
};

/// An address and what was said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderRow {
    pub id: MailSenderId,
    pub address: String,
    pub standing: SenderStanding,
    pub created_at: Timestamp,
}
record!(SenderRow { id, address, standing, created_at });

struct ReputationRow {
    standing: Option<SenderStanding>,
    is_spammer: bool,
}
record!(ReputationRow { standing, is_spammer });

/// What is said about an address.
#[derive(Clone, Copy, Debug)]
pub struct NewSender<'a> {
    pub id: MailSenderId,
    pub address: &'a EmailAddress,
    pub standing: SenderStanding,
    pub created_by: PersonId,
    pub at: Timestamp,
}

statements! {
    /// What was said last counts; an address that is known keeps its id.
    UPSERT_SENDER = ["INSERT INTO mail_sender (account_id, id, address, address_key, standing, created_by, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account_id, address_key) DO UPDATE SET \
        address = excluded.address, standing = excluded.standing, created_by = excluded.created_by, \
        created_at = excluded.created_at RETURNING id AS value"];
    FIND_SENDER = ["SELECT id, address, standing, created_at FROM mail_sender WHERE account_id = $1 AND id = $2"];
    /// Newest first.
    LIST_SENDERS = ["SELECT id, address, standing, created_at FROM mail_sender WHERE account_id = $1 \
        AND (standing = $2 OR $2 IS NULL) AND (created_at, id) < ($3, $4) ORDER BY created_at DESC, id DESC LIMIT $5"];
    /// The mark on a contact counts for each of his addresses (SPM-2).
    FIND_REPUTATION = ["SELECT (SELECT s.standing FROM mail_sender s WHERE s.account_id = $1 AND s.address_key = $2) \
        AS standing, EXISTS (SELECT 1 FROM person_address a \
        JOIN contact c ON c.account_id = a.account_id AND c.id = a.person_id \
        WHERE a.account_id = $1 AND a.address_key = $2 AND c.spam = TRUE) AS is_spammer"];
    DELETE_SENDER = ["DELETE FROM mail_sender WHERE account_id = $1 AND id = $2"];
}

/// Writes what is said about an address; gives its id.
pub async fn upsert(
    tx: &mut WriteTx,
    account: AccountId,
    new: &NewSender<'_>,
) -> Result<MailSenderId, StorageError> {
    let id = db!(
        tx,
        fetch_one::<Scalar<MailSenderId>>(
            UPSERT_SENDER,
            account,
            new.id,
            new.address.as_str(),
            new.address.key(),
            new.standing,
            new.created_by,
            new.at
        )
    )?;
    Ok(id.0)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: MailSenderId,
) -> Result<Option<SenderRow>, StorageError> {
    db!(tx, fetch_optional::<SenderRow>(FIND_SENDER, account, id))
}

/// Newest first; those of one standing where it is given.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    standing: Option<SenderStanding>,
    page: PageRequest,
) -> Result<Page<SenderRow>, StorageError> {
    let before = page.before();
    let rows = db!(
        tx,
        fetch_all::<SenderRow>(LIST_SENDERS, account, standing, before.at(), before.id(), page.fetch())
    )?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// What is known of whoever writes from an address.
pub async fn reputation(
    tx: &mut dyn Tx,
    account: AccountId,
    address: &EmailAddress,
) -> Result<Reputation, StorageError> {
    let row = db!(tx, fetch_one::<ReputationRow>(FIND_REPUTATION, account, address.key()))?;
    Ok(Reputation { standing: row.standing, is_spammer: row.is_spammer })
}

/// Forgets what was said about an address.
pub async fn delete(tx: &mut WriteTx, account: AccountId, id: MailSenderId) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_SENDER, account, id)).map(drop)
}
