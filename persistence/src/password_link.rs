//! Links by which people set the password that they sign in with, and the mails that bring them.

use liaison_domain::{
    Timestamp,
    external_access::{LinkPurpose, PasswordLink},
    id::{AccountId, PasswordLinkId, PersonId},
    language::Language,
    outgoing::RecipientState,
    person::PersonKind,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
};

/// A link with its mail, and whom it is for.
#[derive(Clone, Debug)]
pub struct LinkRow {
    pub id: PasswordLinkId,
    pub link: PasswordLink,
    pub kind: PersonKind,
    pub name: String,
    /// His own language, where somebody set it.
    pub language: Option<Language>,
    /// He is still there and wanted, and the address that it went to is still his.
    pub is_his: bool,
    pub mail: LinkMail,
}

/// What became of a link's mail.
#[derive(Clone, Debug)]
pub struct LinkMail {
    pub state: RecipientState,
    pub attempts: i64,
    /// What the server said last.
    pub last_reply: Option<String>,
}

struct StoredLink {
    id: PasswordLinkId,
    person_id: PersonId,
    purpose: LinkPurpose,
    address: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    ended_at: Option<Timestamp>,
    mails: i64,
    kind: PersonKind,
    name: String,
    language: Option<Language>,
    is_his: bool,
    mail_state: RecipientState,
    attempts: i64,
    last_reply: Option<String>,
}
record!(StoredLink {
    id,
    person_id,
    purpose,
    address,
    created_at,
    expires_at,
    ended_at,
    mails,
    kind,
    name,
    language,
    is_his,
    mail_state,
    attempts,
    last_reply,
});

macro_rules! links {
    () => {
        "SELECT l.id, l.person_id, l.purpose, l.address, l.created_at, l.expires_at, l.ended_at, l.mails, p.kind, p.name, \
         c.language, p.deleted_at IS NULL AND COALESCE(c.spam, FALSE) = FALSE AND EXISTS (SELECT 1 FROM person_address a WHERE a.account_id = l.account_id \
            AND a.address_key = l.address_key AND a.person_id = l.person_id) AS is_his, l.mail_state, l.attempts, \
         l.last_reply FROM password_link l JOIN person p ON p.account_id = l.account_id AND p.id = l.person_id \
         LEFT JOIN contact c ON c.account_id = p.account_id AND c.id = p.id WHERE l.account_id = $1 AND "
    };
}

statements! {
    /// The one before it leads nowhere any more.
    UPSERT_LINK = ["INSERT INTO password_link (account_id, person_id, purpose, id, address, address_key, created_at, \
        expires_at, mails, mail_state, attempts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', 0) \
        ON CONFLICT (account_id, person_id, purpose) DO UPDATE SET id = excluded.id, address = excluded.address, \
        address_key = excluded.address_key, created_at = excluded.created_at, expires_at = excluded.expires_at, \
        ended_at = NULL, mails = excluded.mails, mail_state = 'queued', attempts = 0, last_reply = NULL"];
    FIND_LINK = [links!() "l.id = $2"];
    FIND_LATEST_LINK = [links!() "l.person_id = $2 AND l.purpose = $3"];
    /// Of two who use the same link, one gets here first.
    END_LINK = ["UPDATE password_link SET ended_at = $3 WHERE account_id = $1 AND id = $2 AND ended_at IS NULL"];
    END_LINKS_OF_PERSON = ["UPDATE password_link SET ended_at = $3 WHERE account_id = $1 AND person_id = $2 AND ended_at IS NULL"];
    UPDATE_MAIL = ["UPDATE password_link SET mail_state = $3, attempts = $4, last_reply = $5 WHERE account_id = $1 AND id = $2"];
}

/// Makes a link in place of the one that the person had for the purpose.
pub async fn upsert(
    tx: &mut WriteTx,
    account: AccountId,
    id: PasswordLinkId,
    link: &PasswordLink,
    address_key: &str,
) -> Result<(), StorageError> {
    let PasswordLink { person, purpose, address, created_at, expires_at, mails, .. } = link;
    db!(
        tx,
        execute(
            UPSERT_LINK,
            account,
            *person,
            *purpose,
            id,
            address,
            address_key,
            *created_at,
            *expires_at,
            *mails
        )
    )
    .map(drop)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: PasswordLinkId,
) -> Result<Option<LinkRow>, StorageError> {
    Ok(db!(tx, fetch_optional::<StoredLink>(FIND_LINK, account, id))?.map(Into::into))
}

/// The latest link of a person for a purpose.
pub async fn find_latest(
    tx: &mut dyn Tx,
    account: AccountId,
    person: PersonId,
    purpose: LinkPurpose,
) -> Result<Option<LinkRow>, StorageError> {
    Ok(db!(tx, fetch_optional::<StoredLink>(FIND_LATEST_LINK, account, person, purpose))?.map(Into::into))
}

/// Uses a link up; false where somebody did before.
pub async fn end(
    tx: &mut WriteTx,
    account: AccountId,
    id: PasswordLinkId,
    at: Timestamp,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(END_LINK, account, id, at))? == 1)
}

/// Takes back every link of a person.
pub async fn end_all_of(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    at: Timestamp,
) -> Result<(), StorageError> {
    db!(tx, execute(END_LINKS_OF_PERSON, account, person, at)).map(drop)
}

/// Writes what became of a link's mail.
pub async fn update_mail(
    tx: &mut WriteTx,
    account: AccountId,
    id: PasswordLinkId,
    mail: &LinkMail,
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_MAIL, account, id, mail.state, mail.attempts, mail.last_reply)).map(drop)
}

impl From<StoredLink> for LinkRow {
    fn from(row: StoredLink) -> Self {
        Self {
            id: row.id,
            link: PasswordLink {
                person: row.person_id,
                purpose: row.purpose,
                address: row.address,
                created_at: row.created_at,
                expires_at: row.expires_at,
                ended_at: row.ended_at,
                mails: row.mails,
            },
            kind: row.kind,
            name: row.name,
            language: row.language,
            is_his: row.is_his,
            mail: LinkMail { state: row.mail_state, attempts: row.attempts, last_reply: row.last_reply },
        }
    }
}
