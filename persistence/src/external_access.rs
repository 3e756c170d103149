//! Contacts who may sign in.

use liaison_domain::{
    Timestamp,
    external_access::AccessState,
    id::{AccountId, IdentityId, PersonId},
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    sql::Scalar,
};

/// The contacts `x` who may sign in at the moment, each with the identity `j` that he signs in with. What ends it stands where
/// it is written, so nothing can be forgotten: the access is gone or suspended, or the contact was deleted, became one with
/// another, is marked as spam, or has lost the address.
macro_rules! may_sign_in {
    () => {
        "external_access x \
         JOIN login_identity j ON j.id = x.identity_id \
         JOIN contact c ON c.account_id = x.account_id AND c.id = x.contact_id AND c.spam = FALSE \
         JOIN person p ON p.account_id = x.account_id AND p.id = x.contact_id AND p.deleted_at IS NULL \
         WHERE x.state = 'active' AND EXISTS (SELECT 1 FROM person_address a WHERE a.account_id = x.account_id \
            AND a.address_key = j.email_key AND a.person_id = x.contact_id)"
    };
}
pub(crate) use may_sign_in;

/// A contact's access.
#[derive(Clone, Debug)]
pub struct AccessRow {
    pub contact_id: PersonId,
    /// None until he has accepted.
    pub identity_id: Option<IdentityId>,
    pub state: AccessState,
    pub invited_at: Timestamp,
    pub invited_by: PersonId,
    /// Nothing else keeps him from signing in.
    pub may_sign_in: bool,
    pub version: i64,
}
record!(AccessRow { contact_id, identity_id, state, invited_at, invited_by, may_sign_in, version });

statements! {
    INSERT_ACCESS = ["INSERT INTO external_access (account_id, contact_id, state, invited_at, invited_by, version) \
        VALUES ($1, $2, 'invited', $3, $4, 1) ON CONFLICT DO NOTHING"];
    FIND_ACCESS = ["SELECT w.contact_id, w.identity_id, w.state, w.invited_at, w.invited_by, EXISTS (SELECT 1 FROM "
        may_sign_in!() " AND x.account_id = w.account_id AND x.contact_id = w.contact_id) AS may_sign_in, w.version \
        FROM external_access w WHERE w.account_id = $1 AND w.contact_id = $2"];
    /// Those of these people who sign in as external users, where the account lets such people see the whole conversation.
    LIST_READERS = [
        "SELECT x.contact_id AS value FROM " may_sign_in!() " AND x.account_id = $1 AND x.contact_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " AND EXISTS (SELECT 1 FROM account o WHERE o.id = x.account_id AND o.external_users_see = 'all') ORDER BY x.contact_id"
    ];
    UPDATE_ACCESS = ["UPDATE external_access SET state = $3, identity_id = $4, version = version + 1 \
        WHERE account_id = $1 AND contact_id = $2 AND version = $5"];
    DELETE_ACCESS_OF_IDENTITY = ["DELETE FROM external_access WHERE account_id = $1 AND identity_id = $2"];
    DELETE_ACCESS = ["DELETE FROM external_access WHERE account_id = $1 AND contact_id = $2"];
}

/// Writes down that a contact is invited; false where he was before.
pub async fn insert(
    tx: &mut WriteTx,
    account: AccountId,
    contact: PersonId,
    by: PersonId,
    at: Timestamp,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(INSERT_ACCESS, account, contact, at, by))? == 1)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    contact: PersonId,
) -> Result<Option<AccessRow>, StorageError> {
    db!(tx, fetch_optional::<AccessRow>(FIND_ACCESS, account, contact))
}

/// Writes the state and the identity; false where the access is not at its `version` any more.
pub async fn update(tx: &mut WriteTx, account: AccountId, changed: &AccessRow) -> Result<bool, StorageError> {
    let AccessRow { contact_id, identity_id, state, version, .. } = changed;
    Ok(db!(tx, execute(UPDATE_ACCESS, account, *contact_id, *state, *identity_id, *version))? == 1)
}

/// Takes a contact's access away; false where he had none.
pub async fn delete(tx: &mut WriteTx, account: AccountId, contact: PersonId) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(DELETE_ACCESS, account, contact))? == 1)
}

/// Takes away the access that somebody signs in to with an identity.
pub async fn delete_by_identity(
    tx: &mut WriteTx,
    account: AccountId,
    identity: IdentityId,
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_ACCESS_OF_IDENTITY, account, identity)).map(drop)
}

/// Those of these people who read a conversation beyond what is for them (EXT-7).
pub async fn list_readers(
    tx: &mut dyn Tx,
    account: AccountId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<PersonId>, StorageError> {
    let ids = Ids::new(people.into_iter().map(PersonId::uuid));
    let rows = db!(tx, fetch_all::<Scalar<PersonId>>(LIST_READERS, account, ids))?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}
