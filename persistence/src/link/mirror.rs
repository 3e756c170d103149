//! Tasks and their copies, as one account knows them: with whom, for whom, and what has crossed.

use std::collections::{BTreeSet, HashMap};

use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, LinkOperationId, PersonId, StreamId, TaskId},
    link::{register::Stamp, state::MirrorState},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    sql::Json,
};

/// One side of a mirrored task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorRow {
    pub id: StreamId,
    pub task_id: TaskId,
    pub peer_id: AccountId,
    /// The other account's name.
    pub peer: String,
    /// Whether the task was here first.
    pub began_here: bool,
    pub state: MirrorState,
    state_clock: i64,
    state_account_id: Uuid,
    pub created_at: Timestamp,
}
record!(MirrorRow {
    id,
    task_id,
    peer_id,
    peer,
    began_here,
    state,
    state_clock,
    state_account_id,
    created_at
});

impl MirrorRow {
    /// When it came to its state.
    pub const fn stamp(&self) -> Stamp {
        Stamp { clock: self.state_clock, account: self.state_account_id }
    }
}

/// Somebody whom a mirror is meant for.
struct MirrorPersonRow {
    mirror_id: StreamId,
    person_id: PersonId,
}
record!(MirrorPersonRow { mirror_id, person_id });

struct OriginRow {
    comment_id: CommentId,
    peer: String,
}
record!(OriginRow { comment_id, peer });

/// A task that waits for somebody's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingRow {
    pub task_id: TaskId,
    /// When he was addressed first.
    pub since: Timestamp,
}
record!(WaitingRow { task_id, since });

/// A comment that crossed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorCommentRow {
    pub mirror_id: StreamId,
    pub comment_id: CommentId,
    /// What both accounts call it.
    pub wire_id: Uuid,
    /// The operation that it left in; none where it came.
    pub operation_id: Option<LinkOperationId>,
    pub path: Json<Vec<Uuid>>,
}
record!(MirrorCommentRow { mirror_id, comment_id, wire_id, operation_id, path });

#[derive(Serialize)]
struct NewPerson {
    mirror_id: Hex,
    person_id: Hex,
}

#[derive(Serialize)]
struct NewComment<'a> {
    mirror_id: Hex,
    comment_id: Hex,
    wire_id: Hex,
    operation_id: Option<Hex>,
    path: &'a [Uuid],
}

macro_rules! columns {
    () => {
        "m.id, m.task_id, m.peer_id, a.name AS peer, m.began_here, m.state, m.state_clock, m.state_account_id, m.created_at \
         FROM task_mirror m JOIN account a ON a.id = m.peer_id WHERE m.account_id = $1"
    };
}

statements! {
    INSERT_MIRROR = ["INSERT INTO task_mirror (account_id, id, task_id, peer_id, began_here, state, state_clock, \
        state_account_id, created_at) VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8)"];
    UPDATE_MIRROR_STATE = ["UPDATE task_mirror SET state = $3, state_clock = $4, state_account_id = $5 \
        WHERE account_id = $1 AND id = $2"];
    DELETE_MIRROR_COMMENTS = ["DELETE FROM mirror_comment WHERE account_id = $1 AND mirror_id = $2"];
    DELETE_PERSONS = ["DELETE FROM mirror_person WHERE account_id = $1 AND mirror_id = $2"];
    DELETE_MIRROR = ["DELETE FROM task_mirror WHERE account_id = $1 AND id = $2"];
    DELETE_LEFT = ["DELETE FROM mirror_comment WHERE account_id = $1 AND comment_id = $2 AND operation_id IS NOT NULL"];
    LIST_MIRRORS = [
        "SELECT " columns!() " AND m.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY m.id"
    ];
    FIND_MIRROR = ["SELECT " columns!() " AND m.id = $2"];
    LIST_MIRRORS_OF_TASK = ["SELECT " columns!() " AND m.task_id = $2 ORDER BY m.created_at, m.id"];
    LIST_MIRRORS_OF_TASKS = [
        "SELECT " columns!() " AND m.task_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY m.created_at, m.id"
    ];
    /// Which account each of the comments came from.
    LIST_ORIGINS = [
        "SELECT c.comment_id, a.name AS peer FROM mirror_comment c \
         JOIN task_mirror m ON m.account_id = c.account_id AND m.id = c.mirror_id \
         JOIN account a ON a.id = m.peer_id WHERE c.account_id = $1 AND c.operation_id IS NULL AND c.comment_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY c.comment_id"
    ];
    LIST_MIRRORS_OF_PERSON = ["SELECT m.id, m.task_id, m.peer_id, a.name AS peer, m.began_here, m.state, m.state_clock, \
        m.state_account_id, m.created_at FROM mirror_person p \
        JOIN task_mirror m ON m.account_id = p.account_id AND m.id = p.mirror_id \
        JOIN account a ON a.id = m.peer_id WHERE p.account_id = $1 AND p.person_id = $2 ORDER BY m.created_at, m.id"];
    /// The copies of the tasks below a task, in the same account.
    LIST_CHILDREN = ["SELECT m.id, m.task_id, m.peer_id, a.name AS peer, m.began_here, m.state, m.state_clock, \
        m.state_account_id, m.created_at FROM task t \
        JOIN task_mirror m ON m.account_id = t.account_id AND m.task_id = t.id AND m.peer_id = $3 \
        JOIN account a ON a.id = m.peer_id WHERE t.account_id = $1 AND t.parent_id = $2 ORDER BY m.created_at, m.id"];
    INSERT_PERSONS = [
        "INSERT INTO mirror_person (account_id, mirror_id, person_id) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'mirror_id'), unhex(value ->> 'person_id') FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, mirror_id, person_id FROM jsonb_to_recordset($2) AS r(mirror_id uuid, person_id uuid)"
        }
        " ON CONFLICT DO NOTHING"
    ];
    DELETE_PERSON_OF_MIRROR = ["DELETE FROM mirror_person WHERE account_id = $1 AND mirror_id = $2 AND person_id = $3"];
    LIST_PERSONS = [
        "SELECT mirror_id, person_id FROM mirror_person WHERE account_id = $1 AND mirror_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY mirror_id, person_id"
    ];
    /// Who was addressed before waits since then.
    INSERT_WAITING = ["INSERT INTO link_waiting (account_id, person_id, task_id, since) VALUES ($1, $2, $3, $4) \
        ON CONFLICT DO NOTHING"];
    LIST_WAITING = ["SELECT task_id, since FROM link_waiting WHERE account_id = $1 AND person_id = $2 ORDER BY task_id"];
    DELETE_WAITING = ["DELETE FROM link_waiting WHERE account_id = $1 AND person_id = $2"];
    INSERT_MIRROR_COMMENTS = [
        "INSERT INTO mirror_comment (account_id, mirror_id, comment_id, wire_id, operation_id, path) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'mirror_id'), unhex(value ->> 'comment_id'), unhex(value ->> 'wire_id'), \
                unhex(value ->> 'operation_id'), json(value -> 'path') FROM json_each($2)",
            postgres: "SELECT $1, mirror_id, comment_id, wire_id, operation_id, path FROM jsonb_to_recordset($2) \
                AS r(mirror_id uuid, comment_id uuid, wire_id uuid, operation_id uuid, path jsonb)"
        }
    ];
    FIND_BY_WIRE = ["SELECT mirror_id, comment_id, wire_id, operation_id, path FROM mirror_comment \
        WHERE account_id = $1 AND mirror_id = $2 AND wire_id = $3"];
    /// The ids of one mirror may be another's too: its own are sorted out by whoever asks.
    LIST_BY_WIRES = [
        "SELECT mirror_id, comment_id, wire_id, operation_id, path FROM mirror_comment WHERE account_id = $1 AND mirror_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " AND wire_id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
        " ORDER BY mirror_id, wire_id"
    ];
    LIST_CROSSED = [
        "SELECT mirror_id, comment_id, wire_id, operation_id, path FROM mirror_comment WHERE account_id = $1 AND comment_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY comment_id, mirror_id"
    ];
}

/// A new mirror, open.
#[derive(Debug)]
pub struct NewMirror {
    pub id: StreamId,
    pub task: TaskId,
    pub peer: AccountId,
    pub began_here: bool,
    pub stamp: Stamp,
    pub at: Timestamp,
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, new: &NewMirror) -> Result<(), StorageError> {
    let NewMirror { id, task, peer, began_here, stamp, at } = new;
    let Stamp { clock, account: by } = stamp;
    db!(tx, execute(INSERT_MIRROR, account, id, task, peer, began_here, clock, by, at)).map(drop)
}

pub async fn update_state(
    tx: &mut WriteTx,
    account: AccountId,
    id: StreamId,
    state: MirrorState,
    stamp: Stamp,
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_MIRROR_STATE, account, id, state, stamp.clock, stamp.account)).map(drop)
}

/// Forgets a mirror with all that has crossed in it: the other account has no copy.
pub async fn delete(tx: &mut WriteTx, account: AccountId, id: StreamId) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_MIRROR_COMMENTS, account, id))?;
    db!(tx, execute(DELETE_PERSONS, account, id))?;
    db!(tx, execute(DELETE_MIRROR, account, id)).map(drop)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: StreamId,
) -> Result<Option<MirrorRow>, StorageError> {
    db!(tx, fetch_optional::<MirrorRow>(FIND_MIRROR, account, id))
}

/// Those of the mirrors that there are.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    mirrors: impl IntoIterator<Item = StreamId>,
) -> Result<HashMap<StreamId, MirrorRow>, StorageError> {
    let ids = Ids::new(mirrors.into_iter().map(StreamId::uuid));
    let rows = db!(tx, fetch_all::<MirrorRow>(LIST_MIRRORS, account, ids))?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The mirrors of a task, oldest first.
pub async fn list_of_task(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
) -> Result<Vec<MirrorRow>, StorageError> {
    db!(tx, fetch_all::<MirrorRow>(LIST_MIRRORS_OF_TASK, account, task))
}

/// The mirrors of each of the tasks, oldest first; tasks without are left out.
pub async fn list_of_tasks(
    tx: &mut dyn Tx,
    account: AccountId,
    tasks: impl IntoIterator<Item = TaskId>,
) -> Result<HashMap<TaskId, Vec<MirrorRow>>, StorageError> {
    let ids = Ids::new(tasks.into_iter().map(TaskId::uuid));
    let mut mirrors: HashMap<TaskId, Vec<MirrorRow>> = HashMap::new();
    for row in db!(tx, fetch_all::<MirrorRow>(LIST_MIRRORS_OF_TASKS, account, ids))? {
        mirrors.entry(row.task_id).or_default().push(row);
    }
    Ok(mirrors)
}

/// The names of the accounts that the comments came from; those that were written here are left out.
pub async fn list_origins(
    tx: &mut dyn Tx,
    account: AccountId,
    comments: impl IntoIterator<Item = CommentId>,
) -> Result<HashMap<CommentId, String>, StorageError> {
    let ids = Ids::new(comments.into_iter().map(CommentId::uuid));
    let rows = db!(tx, fetch_all::<OriginRow>(LIST_ORIGINS, account, ids))?;
    Ok(rows.into_iter().map(|row| (row.comment_id, row.peer)).collect())
}

/// The mirrors that are meant for a person, oldest first.
pub async fn list_of_person(
    tx: &mut dyn Tx,
    account: AccountId,
    person: PersonId,
) -> Result<Vec<MirrorRow>, StorageError> {
    db!(tx, fetch_all::<MirrorRow>(LIST_MIRRORS_OF_PERSON, account, person))
}

/// The mirrors with a peer of the tasks below a task.
pub async fn list_children(
    tx: &mut dyn Tx,
    account: AccountId,
    parent: TaskId,
    peer: AccountId,
) -> Result<Vec<MirrorRow>, StorageError> {
    db!(tx, fetch_all::<MirrorRow>(LIST_CHILDREN, account, parent, peer))
}

/// Says for whom mirrors are meant.
pub async fn join(
    tx: &mut WriteTx,
    account: AccountId,
    people: impl IntoIterator<Item = (StreamId, PersonId)>,
) -> Result<(), StorageError> {
    let row = |(mirror, person): (StreamId, PersonId)| NewPerson {
        mirror_id: hex(mirror.uuid()),
        person_id: hex(person.uuid()),
    };
    let rows: Rows<NewPerson> = Json(people.into_iter().map(row).collect());
    if rows.0.is_empty() {
        return Ok(());
    }
    db!(tx, execute(INSERT_PERSONS, account, rows)).map(drop)
}

pub async fn leave(
    tx: &mut WriteTx,
    account: AccountId,
    mirror: StreamId,
    person: PersonId,
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_PERSON_OF_MIRROR, account, mirror, person)).map(drop)
}

/// For whom each mirror is meant.
pub async fn list_persons(
    tx: &mut dyn Tx,
    account: AccountId,
    mirrors: impl IntoIterator<Item = StreamId>,
) -> Result<HashMap<StreamId, Vec<PersonId>>, StorageError> {
    let ids = Ids::new(mirrors.into_iter().map(StreamId::uuid));
    let mut people: HashMap<StreamId, Vec<PersonId>> = HashMap::new();
    for row in db!(tx, fetch_all::<MirrorPersonRow>(LIST_PERSONS, account, ids))? {
        people.entry(row.mirror_id).or_default().push(row.person_id);
    }
    Ok(people)
}

/// Has a task cross as soon as this person has consented.
pub async fn wait(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    task: TaskId,
    at: Timestamp,
) -> Result<(), StorageError> {
    db!(tx, execute(INSERT_WAITING, account, person, task, at)).map(drop)
}

/// What waits for a person's consent, and waits no longer.
pub async fn take_waiting(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
) -> Result<Vec<WaitingRow>, StorageError> {
    let rows = db!(tx, fetch_all::<WaitingRow>(LIST_WAITING, account, person))?;
    db!(tx, execute(DELETE_WAITING, account, person))?;
    Ok(rows)
}

/// Says that comments crossed.
pub async fn insert_comments(
    tx: &mut WriteTx,
    account: AccountId,
    crossed: &[MirrorCommentRow],
) -> Result<(), StorageError> {
    let rows = crossed.iter().map(|it| NewComment {
        mirror_id: hex(it.mirror_id.uuid()),
        comment_id: hex(it.comment_id.uuid()),
        wire_id: hex(it.wire_id),
        operation_id: it.operation_id.map(|id| hex(id.uuid())),
        path: &it.path.0,
    });
    let rows: Rows<NewComment<'_>> = Json(rows.collect());
    if rows.0.is_empty() {
        return Ok(());
    }
    db!(tx, execute(INSERT_MIRROR_COMMENTS, account, rows)).map(drop)
}

/// Forgets where a comment has left for. Where it came from stays known.
pub async fn forget_comment(
    tx: &mut WriteTx,
    account: AccountId,
    comment: CommentId,
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_LEFT, account, comment)).map(drop)
}

/// The comments that both accounts call by these ids, by mirror and id.
pub async fn list_by_wires(
    tx: &mut dyn Tx,
    account: AccountId,
    wires: impl IntoIterator<Item = (StreamId, Uuid)>,
) -> Result<HashMap<(StreamId, Uuid), CommentId>, StorageError> {
    let (mirrors, wires): (BTreeSet<StreamId>, BTreeSet<Uuid>) = wires.into_iter().unzip();
    let (mirrors, wires) = (Ids::new(mirrors.into_iter().map(StreamId::uuid)), Ids::new(wires));
    let rows = db!(tx, fetch_all::<MirrorCommentRow>(LIST_BY_WIRES, account, mirrors, wires))?;
    Ok(rows.into_iter().map(|it| ((it.mirror_id, it.wire_id), it.comment_id)).collect())
}

/// The comment that both accounts call by this id.
pub async fn find_by_wire(
    tx: &mut dyn Tx,
    account: AccountId,
    mirror: StreamId,
    wire_id: Uuid,
) -> Result<Option<MirrorCommentRow>, StorageError> {
    db!(tx, fetch_optional::<MirrorCommentRow>(FIND_BY_WIRE, account, mirror, wire_id))
}

/// Where each of the comments has crossed; those that never did are left out.
pub async fn list_crossed(
    tx: &mut dyn Tx,
    account: AccountId,
    comments: impl IntoIterator<Item = CommentId>,
) -> Result<HashMap<CommentId, Vec<MirrorCommentRow>>, StorageError> {
    let ids = Ids::new(comments.into_iter().map(CommentId::uuid));
    let mut crossed: HashMap<CommentId, Vec<MirrorCommentRow>> = HashMap::new();
    for row in db!(tx, fetch_all::<MirrorCommentRow>(LIST_CROSSED, account, ids))? {
        crossed.entry(row.comment_id).or_default().push(row);
    }
    Ok(crossed)
}
