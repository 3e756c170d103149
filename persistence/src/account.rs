//! Accounts, login identities and sessions.

use liaison_domain::{
    Timestamp,
    account::{AccountName, Role},
    id::{AccountId, IdentityId, PersonId, SessionId},
    language::Language,
    visibility::ExternalUsersSee,
};

use uuid::Uuid;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    external_access::may_sign_in,
    sql::Scalar,
};

/// An account as stored.
#[derive(Clone, Debug)]
pub struct AccountRow {
    pub id: AccountId,
    pub name: String,
    pub title: String,
    pub language: Language,
    /// How long what employees address to contacts is held.
    pub send_delay_seconds: i64,
    pub external_users_see: ExternalUsersSee,
    pub created_at: Timestamp,
    pub version: i64,
}
record!(AccountRow {
    id,
    name,
    title,
    language,
    send_delay_seconds,
    external_users_see,
    created_at,
    version
});

/// A sign-in of one human, global to the server.
#[derive(Clone, Debug)]
pub struct IdentityRow {
    pub id: IdentityId,
    pub email: String,
    pub password_hash: String,
    /// Counts the passwords that there were.
    pub password_version: i64,
}
record!(IdentityRow { id, email, password_hash, password_version });

/// The version of an identity's first password.
pub const FIRST_PASSWORD: i64 = 1;

/// What a request needs to know of who asks.
#[derive(Clone, Debug)]
pub struct CallerRow {
    pub person_id: PersonId,
    /// None where he is a contact.
    pub role: Option<Role>,
    /// What contacts who sign in see here.
    pub external_users_see: ExternalUsersSee,
    pub expires_at: Timestamp,
}
record!(CallerRow { person_id, role, external_users_see, expires_at });

/// A refresh token of a session that lives.
#[derive(Clone, Debug)]
pub struct RefreshTokenRow {
    pub session_id: SessionId,
    pub expires_at: Timestamp,
}
record!(RefreshTokenRow { session_id, expires_at });

/// Somebody of the account, and how he signs in.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub account: AccountId,
    pub person: PersonId,
    pub identity: IdentityId,
    /// The password that he gave.
    pub password_version: i64,
}

/// Whether the employee or contact of the session `s` may still sign in as its identity, and it began under the password of
/// today.
macro_rules! live_session {
    () => {
        concat!(
            "session s JOIN login_identity i ON i.id = s.identity_id AND i.password_version = s.password_version \
             LEFT JOIN employee e ON e.account_id = s.account_id AND e.id = s.person_id AND e.identity_id = i.id \
                AND e.status = 'active' \
             WHERE s.revoked_at IS NULL AND (e.id IS NOT NULL OR EXISTS (SELECT 1 FROM ",
            may_sign_in!(),
            " AND x.account_id = s.account_id AND x.contact_id = s.person_id AND x.identity_id = i.id)) AND s.account_id = $1"
        )
    };
}

statements! {
    LIST_IDS = ["SELECT id AS value FROM account WHERE id > $1 ORDER BY id LIMIT $2"];
    /// The name is the account's mail domain and sign-in name, so it is taken once for the whole server.
    INSERT_ACCOUNT = ["INSERT INTO account (id, name, title, language, send_delay_seconds, external_users_see, created_at, version) \
        VALUES ($1, $2, $3, $4, 0, 'all', $5, 1) ON CONFLICT (name) DO NOTHING"];
    /// Every account counts its tasks and changes from the start.
    INSERT_COUNTER = ["INSERT INTO account_counter (account_id, task_number, project_number, change_sequence, \
        notice_sequence) VALUES ($1, 0, 0, 0, 0)"];
    /// Holds the names of an account's mailboxes, which stand in two tables. Only PostgreSQL has several writers.
    LOCK_NAMES = ["SELECT id AS value FROM account WHERE id = $1" { sqlite: "", postgres: " FOR NO KEY UPDATE" }];
    FIND_ACCOUNT = ["SELECT id, name, title, language, send_delay_seconds, external_users_see, created_at, version FROM account WHERE id = $1"];
    /// Sign-in and mail know an account by its name.
    FIND_ACCOUNT_BY_NAME = ["SELECT id, name, title, language, send_delay_seconds, external_users_see, created_at, version FROM account WHERE name = $1"];
    UPDATE_ACCOUNT = ["UPDATE account SET title = $2, language = $3, send_delay_seconds = $4, external_users_see = $5, \
        version = version + 1 WHERE id = $1 AND version = $6"];
    INSERT_IDENTITY = ["INSERT INTO login_identity (id, email, email_key, password_hash, password_version, created_at) \
        VALUES ($1, $2, $3, $4, $6, $5) ON CONFLICT (email_key) DO NOTHING"];
    FIND_IDENTITY_BY_EMAIL = ["SELECT id, email, password_hash, password_version FROM login_identity WHERE email_key = $1"];
    /// All sessions that began under the password before are over.
    UPDATE_PASSWORD = ["UPDATE login_identity SET password_hash = $2, password_version = password_version + 1 WHERE id = $1"];
    /// Who signs in with an identity: an employee, or a contact whose address is still the identity's.
    FIND_MEMBER = ["SELECT e.id AS value FROM employee e WHERE e.account_id = $1 AND e.identity_id = $2 \
        AND e.status = 'active' UNION ALL SELECT x.contact_id FROM " may_sign_in!() " AND x.account_id = $1 \
        AND x.identity_id = $2 LIMIT 1"];
    INSERT_SESSION = ["INSERT INTO session (account_id, id, person_id, identity_id, password_version, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)"];
    /// One read a request: who asks, where he still may.
    FIND_CALLER = ["SELECT s.person_id, e.role, (SELECT o.external_users_see FROM account o \
        WHERE o.id = s.account_id) AS external_users_see, s.expires_at FROM " live_session!() " AND s.id = $2"];
    REVOKE_SESSION = ["UPDATE session SET revoked_at = $3 WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL"];
    /// Revoked when an employee is set inactive, or a contact's access ends.
    REVOKE_SESSIONS_OF_PERSON = ["UPDATE session SET revoked_at = $3 \
        WHERE account_id = $1 AND person_id = $2 AND revoked_at IS NULL"];
    INSERT_REFRESH_TOKEN = ["INSERT INTO refresh_token (account_id, token_hash, session_id) VALUES ($1, $2, $3)"];
    FIND_REFRESH_TOKEN = ["SELECT s.id AS session_id, s.expires_at FROM " live_session!() " AND s.id = (SELECT t.session_id \
        FROM refresh_token t WHERE t.account_id = $1 AND t.token_hash = $2)"];
    /// Of two that present the same token, one gets here first.
    USE_REFRESH_TOKEN = ["UPDATE refresh_token SET used_at = $3 WHERE account_id = $1 AND token_hash = $2 AND used_at IS NULL"];
}

/// A new account.
#[derive(Debug)]
pub struct NewAccount<'a> {
    pub id: AccountId,
    pub name: &'a AccountName,
    pub title: &'a str,
    pub language: Language,
    pub at: Timestamp,
}

/// Inserts an account; false where the name is taken.
pub async fn insert(tx: &mut WriteTx, new: &NewAccount<'_>) -> Result<bool, StorageError> {
    let rows = db!(tx, execute(INSERT_ACCOUNT, new.id, new.name.as_str(), new.title, new.language, new.at))?;
    if rows == 1 {
        db!(tx, execute(INSERT_COUNTER, new.id))?;
    }
    Ok(rows == 1)
}

/// The accounts of the server after `after`, at most `limit`.
pub async fn list_ids(
    tx: &mut dyn Tx,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<AccountId>, StorageError> {
    let after = after.unwrap_or(AccountId::new(Uuid::nil()));
    let ids = db!(tx, fetch_all::<Scalar<AccountId>>(LIST_IDS, after, limit))?;
    Ok(ids.into_iter().map(|it| it.0).collect())
}

pub async fn find(tx: &mut dyn Tx, id: AccountId) -> Result<Option<AccountRow>, StorageError> {
    db!(tx, fetch_optional::<AccountRow>(FIND_ACCOUNT, id))
}

pub async fn find_by_name(tx: &mut dyn Tx, name: &AccountName) -> Result<Option<AccountRow>, StorageError> {
    db!(tx, fetch_optional::<AccountRow>(FIND_ACCOUNT_BY_NAME, name.as_str()))
}

/// Until the end of the transaction nobody else gives a name to a mailbox of the account (ADR-3).
pub async fn lock_names(tx: &mut WriteTx, id: AccountId) -> Result<(), StorageError> {
    db!(tx, fetch_one::<Scalar<AccountId>>(LOCK_NAMES, id)).map(drop)
}

/// Changes an account; false where it is not at `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    id: AccountId,
    title: &str,
    language: Language,
    send_delay_seconds: i64,
    external_users_see: ExternalUsersSee,
    version: i64,
) -> Result<bool, StorageError> {
    Ok(db!(
        tx,
        execute(UPDATE_ACCOUNT, id, title, language, send_delay_seconds, external_users_see, version)
    )? == 1)
}

/// A new login identity.
#[derive(Debug)]
pub struct NewIdentity<'a> {
    pub id: IdentityId,
    pub email: &'a str,
    pub email_key: &'a str,
    pub password_hash: &'a str,
    pub at: Timestamp,
}

/// Inserts an identity; false where the address has one.
pub async fn insert_identity(tx: &mut WriteTx, new: &NewIdentity<'_>) -> Result<bool, StorageError> {
    Ok(db!(
        tx,
        execute(INSERT_IDENTITY, new.id, new.email, new.email_key, new.password_hash, new.at, FIRST_PASSWORD)
    )? == 1)
}

pub async fn find_identity_by_email(
    tx: &mut dyn Tx,
    email_key: &str,
) -> Result<Option<IdentityRow>, StorageError> {
    db!(tx, fetch_optional::<IdentityRow>(FIND_IDENTITY_BY_EMAIL, email_key))
}

/// Gives an identity another password; every session of his ends.
pub async fn update_password(
    tx: &mut WriteTx,
    id: IdentityId,
    password_hash: &str,
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_PASSWORD, id, password_hash)).map(drop)
}

/// Who signs in to the account with an identity.
pub async fn find_member(
    tx: &mut dyn Tx,
    account: AccountId,
    identity: IdentityId,
) -> Result<Option<PersonId>, StorageError> {
    Ok(db!(tx, fetch_optional::<Scalar<PersonId>>(FIND_MEMBER, account, identity))?.map(|it| it.0))
}

/// Begins a session with its first refresh token.
pub async fn insert_session(
    tx: &mut WriteTx,
    id: SessionId,
    member: Member,
    token_hash: &[u8],
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StorageError> {
    let Member { account, person, identity, password_version } = member;
    db!(tx, execute(INSERT_SESSION, account, id, person, identity, password_version, at, expires_at))?;
    insert_refresh_token(tx, account, id, token_hash).await
}

pub async fn find_caller(
    tx: &mut dyn Tx,
    account: AccountId,
    session: SessionId,
) -> Result<Option<CallerRow>, StorageError> {
    db!(tx, fetch_optional::<CallerRow>(FIND_CALLER, account, session))
}

pub async fn revoke_session(
    tx: &mut WriteTx,
    account: AccountId,
    session: SessionId,
    at: Timestamp,
) -> Result<(), StorageError> {
    db!(tx, execute(REVOKE_SESSION, account, session, at)).map(drop)
}

pub async fn revoke_sessions_of(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    at: Timestamp,
) -> Result<(), StorageError> {
    db!(tx, execute(REVOKE_SESSIONS_OF_PERSON, account, person, at)).map(drop)
}

pub async fn insert_refresh_token(
    tx: &mut WriteTx,
    account: AccountId,
    session: SessionId,
    token_hash: &[u8],
) -> Result<(), StorageError> {
    db!(tx, execute(INSERT_REFRESH_TOKEN, account, token_hash, session)).map(drop)
}

pub async fn find_refresh_token(
    tx: &mut dyn Tx,
    account: AccountId,
    token_hash: &[u8],
) -> Result<Option<RefreshTokenRow>, StorageError> {
    db!(tx, fetch_optional::<RefreshTokenRow>(FIND_REFRESH_TOKEN, account, token_hash))
}

/// Marks a refresh token as used; false where somebody used it before.
pub async fn use_refresh_token(
    tx: &mut WriteTx,
    account: AccountId,
    token_hash: &[u8],
    at: Timestamp,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(USE_REFRESH_TOKEN, account, token_hash, at))? == 1)
}
