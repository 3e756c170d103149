//! Who is linked with whom, as one account knows it. Rows of another account are never touched here: what it is to know goes
//! through [`stream`].

pub mod grant;
pub mod mirror;
pub mod register;
pub mod settings;
pub mod stream;

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId, StreamId},
    link::state::LinkState,
    person::LinkedAccount,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
};

/// A person who is somebody of another account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    pub person_id: PersonId,
    pub stream_id: StreamId,
    pub peer_id: AccountId,
    pub remote_id: PersonId,
    pub login: Option<String>,
    pub state: LinkState,
}
record!(LinkRow { person_id, stream_id, peer_id, remote_id, login, state });

struct LinkedRow {
    person_id: PersonId,
    account: String,
    login: Option<String>,
}
record!(LinkedRow { person_id, account, login });

macro_rules! columns {
    () => {
        "k.person_id, k.stream_id, k.peer_id, k.remote_id, k.login, k.state"
    };
}

statements! {
    INSERT_LINK = ["INSERT INTO person_link (account_id, person_id, stream_id, peer_id, remote_id, login, state, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"];
    UPDATE_LINK_STATE = ["UPDATE person_link SET state = $3 WHERE account_id = $1 AND person_id = $2"];
    DELETE_LINK = ["DELETE FROM person_link WHERE account_id = $1 AND person_id = $2"];
    LIST_LINKS_BY_REMOTES = [
        "SELECT " columns!() " FROM person_link k WHERE k.account_id = $1 AND k.peer_id = $2 AND k.remote_id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
        " ORDER BY k.remote_id"
    ];
    FIND_LINK_BY_STREAM = ["SELECT " columns!() " FROM person_link k WHERE k.account_id = $1 AND k.stream_id = $2"];
    LIST_LINKS_OF_PERSONS = [
        "SELECT " columns!() " FROM person_link k WHERE k.account_id = $1 AND k.person_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY k.person_id"
    ];
    /// With the name of the other account, which is known to all.
    LIST_LINKED = [
        "SELECT k.person_id, a.name AS account, k.login FROM person_link k JOIN account a ON a.id = k.peer_id \
         WHERE k.account_id = $1 AND k.person_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY k.person_id"
    ];
}

pub async fn insert(
    tx: &mut WriteTx,
    account: AccountId,
    link: &LinkRow,
    at: Timestamp,
) -> Result<(), StorageError> {
    let LinkRow { person_id, stream_id, peer_id, remote_id, login, state } = link;
    db!(tx, execute(INSERT_LINK, account, person_id, stream_id, peer_id, remote_id, login, state, at))
        .map(drop)
}

pub async fn update_state(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    state: LinkState,
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_LINK_STATE, account, person, state)).map(drop)
}

pub async fn delete(tx: &mut WriteTx, account: AccountId, person: PersonId) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_LINK, account, person)).map(drop)
}

/// Who of ours these people of a peer are, by their ids there; who is none is left out.
pub async fn list_by_remotes(
    tx: &mut dyn Tx,
    account: AccountId,
    peer: AccountId,
    remotes: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, LinkRow>, StorageError> {
    let ids = Ids::new(remotes.into_iter().map(PersonId::uuid));
    let rows = db!(tx, fetch_all::<LinkRow>(LIST_LINKS_BY_REMOTES, account, peer, ids))?;
    Ok(rows.into_iter().map(|row| (row.remote_id, row)).collect())
}

/// Who of ours is this person of the peer.
pub async fn find_by_remote(
    tx: &mut dyn Tx,
    account: AccountId,
    peer: AccountId,
    remote: PersonId,
) -> Result<Option<LinkRow>, StorageError> {
    Ok(list_by_remotes(tx, account, peer, [remote]).await?.remove(&remote))
}

pub async fn find_by_stream(
    tx: &mut dyn Tx,
    account: AccountId,
    stream: StreamId,
) -> Result<Option<LinkRow>, StorageError> {
    db!(tx, fetch_optional::<LinkRow>(FIND_LINK_BY_STREAM, account, stream))
}

/// The links of those of the people who have one.
pub async fn list_of_persons(
    tx: &mut dyn Tx,
    account: AccountId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, LinkRow>, StorageError> {
    let ids = Ids::new(people.into_iter().map(PersonId::uuid));
    let rows = db!(tx, fetch_all::<LinkRow>(LIST_LINKS_OF_PERSONS, account, ids))?;
    Ok(rows.into_iter().map(|row| (row.person_id, row)).collect())
}

/// Whom the people are in other accounts, for showing.
pub async fn list_linked(
    tx: &mut dyn Tx,
    account: AccountId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, LinkedAccount>, StorageError> {
    let ids = Ids::new(people.into_iter().map(PersonId::uuid));
    let rows = db!(tx, fetch_all::<LinkedRow>(LIST_LINKED, account, ids))?;
    Ok(rows
        .into_iter()
        .map(|row| (row.person_id, LinkedAccount { account: row.account, login: row.login }))
        .collect())
}
