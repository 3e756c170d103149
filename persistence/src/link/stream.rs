//! What two accounts say to each other: written by the one with its own change, handed over as often as it takes, applied by
//! the other once and in order.

use liaison_domain::{
    Timestamp,
    id::{AccountId, LinkOperationId, StreamId, TaskId},
    link::wire::Envelope,
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Hex, Ids, Rows, hex, in_ids},
    page::{Cursor, Page, PageRequest},
    sql::{Json, Scalar},
};

/// An operation on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationRow {
    pub id: LinkOperationId,
    pub stream_id: StreamId,
    pub sequence: i64,
    /// Whom it goes to, or comes from.
    pub peer_id: AccountId,
    pub operation: Json<Value>,
}
record!(OperationRow { id, stream_id, sequence, peer_id, operation });

/// A stream as one account knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamRow {
    pub peer_id: AccountId,
    /// The last operation that was applied here.
    pub received: i64,
}
record!(StreamRow { peer_id, received });

/// Where an operation that came belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncomingRow {
    pub id: LinkOperationId,
    pub stream_id: StreamId,
    pub peer_id: AccountId,
    /// The task that it is about, where that is here already.
    pub task_id: Option<TaskId>,
}
record!(IncomingRow { id, stream_id, peer_id, task_id });

impl IncomingRow {
    /// Whether both are of one stream, so that the one is applied with the other.
    pub fn is_with(&self, other: &Self) -> bool {
        (self.stream_id, self.peer_id) == (other.stream_id, other.peer_id)
    }
}

/// An operation that has left, for the account's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftRow {
    pub id: LinkOperationId,
    pub peer: String,
    pub task_id: Option<TaskId>,
    pub operation: Json<Value>,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}
record!(LeftRow { id, peer, task_id, operation, created_at, sent_at });

/// An operation that came and could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedRow {
    pub id: LinkOperationId,
    pub peer: String,
    pub operation: Json<Value>,
    pub received_at: Timestamp,
    pub parked_because: String,
}
record!(ParkedRow { id, peer, operation, received_at, parked_because });

#[derive(Serialize)]
struct Received<'a> {
    id: Hex,
    stream_id: Hex,
    sequence: i64,
    operation: &'a Value,
}

statements! {
    /// The row's lock keeps the sequence without gaps and puts commits in its order.
    NEXT_SENT = ["INSERT INTO link_stream (account_id, id, peer_id, sent, received) VALUES ($1, $2, $3, 1, 0) \
        ON CONFLICT (account_id, id) DO UPDATE SET sent = link_stream.sent + 1 RETURNING sent AS value"];
    INSERT_OUTGOING = ["INSERT INTO link_outbox (account_id, id, stream_id, sequence, peer_id, task_id, operation, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"];
    /// What waits in the streams of these operations, in order.
    LIST_UNSENT = [
        "SELECT o.id, o.stream_id, o.sequence, o.peer_id, o.operation FROM link_outbox o WHERE o.account_id = $1 \
         AND o.sent_at IS NULL AND o.stream_id IN (SELECT w.stream_id FROM link_outbox w WHERE w.account_id = $1 AND w.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        ") ORDER BY o.stream_id, o.sequence LIMIT $3"
    ];
    MARK_SENT = [
        "UPDATE link_outbox SET sent_at = $2 WHERE account_id = $1 AND sent_at IS NULL AND id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
    ];
    /// What came before stays as it is.
    INSERT_INCOMING = [
        "INSERT INTO link_inbox (account_id, id, stream_id, sequence, peer_id, operation, received_at) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'id'), unhex(value ->> 'stream_id'), value ->> 'sequence', $2, \
                json(value -> 'operation'), $3 FROM json_each($4) WHERE TRUE",
            postgres: "SELECT $1, id, stream_id, sequence, $2, operation, $3 \
                FROM jsonb_to_recordset($4) AS r(id uuid, stream_id uuid, sequence bigint, operation jsonb)"
        }
        " ON CONFLICT DO NOTHING RETURNING id AS value"
    ];
    INSERT_STREAM = ["INSERT INTO link_stream (account_id, id, peer_id, sent, received) VALUES ($1, $2, $3, 0, 0) \
        ON CONFLICT DO NOTHING"];
    FIND_STREAM = ["SELECT peer_id, received FROM link_stream WHERE account_id = $1 AND id = $2"];
    /// Those about one task beside each other: whoever writes locks them in this order.
    LIST_INCOMING = [
        "SELECT i.id, i.stream_id, i.peer_id, m.task_id FROM link_inbox i \
         LEFT JOIN task_mirror m ON m.account_id = i.account_id AND m.id = i.stream_id WHERE i.account_id = $1 AND i.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY m.task_id, i.stream_id, i.peer_id, i.sequence"
    ];
    /// Locked before the task that it is about, and the streams after: whoever writes keeps to that order. Only PostgreSQL has
    /// several writers, so only it needs the row's lock.
    LOCK_NEXT = ["SELECT id, stream_id, sequence, peer_id, operation FROM link_inbox \
        WHERE account_id = $1 AND stream_id = $2 AND peer_id = $3 AND sequence > $4 AND applied_at IS NULL \
        ORDER BY sequence LIMIT $5"
        { sqlite: "", postgres: " FOR NO KEY UPDATE" }];
    MARK_APPLIED = ["UPDATE link_inbox SET applied_at = $3, ignored_because = $4, parked_because = NULL \
        WHERE account_id = $1 AND id = $2"];
    ADVANCE = ["UPDATE link_stream SET received = $3 WHERE account_id = $1 AND id = $2"];
    PARK = ["UPDATE link_inbox SET parked_because = $3 WHERE account_id = $1 AND id = $2 AND applied_at IS NULL"];
    /// Newest first.
    LIST_LEFT = ["SELECT o.id, a.name AS peer, o.task_id, o.operation, o.created_at, o.sent_at FROM link_outbox o \
        JOIN account a ON a.id = o.peer_id WHERE o.account_id = $1 AND (a.name = $2 OR $2 IS NULL) \
        AND (o.created_at, o.id) < ($3, $4) ORDER BY o.created_at DESC, o.id DESC LIMIT $5"];
    /// Oldest first.
    LIST_PARKED = ["SELECT i.id, a.name AS peer, i.operation, i.received_at, i.parked_because FROM link_inbox i \
        JOIN account a ON a.id = i.peer_id WHERE i.account_id = $1 AND i.parked_because IS NOT NULL \
        AND (i.received_at, i.id) > ($2, $3) ORDER BY i.received_at, i.id LIMIT $4"];
    FIND_PARKED = ["SELECT id AS value FROM link_inbox WHERE account_id = $1 AND id = $2 AND parked_because IS NOT NULL"];
}

/// Something to be said in a stream.
#[derive(Debug)]
pub struct NewOperation<'a> {
    pub id: LinkOperationId,
    pub stream: StreamId,
    pub peer: AccountId,
    pub task: Option<TaskId>,
    pub operation: &'a Envelope,
    pub at: Timestamp,
}

/// Writes what is to be said next in a stream, which begins with it where it is new.
pub async fn append(
    tx: &mut WriteTx,
    account: AccountId,
    new: &NewOperation<'_>,
) -> Result<(), StorageError> {
    let sequence = db!(tx, fetch_one::<Scalar<i64>>(NEXT_SENT, account, new.stream, new.peer))?.0;
    let operation = Json(new.operation);
    db!(
        tx,
        execute(
            INSERT_OUTGOING,
            account,
            new.id,
            new.stream,
            sequence,
            new.peer,
            new.task,
            operation,
            new.at
        )
    )
    .map(drop)
}

/// What has not been handed over in the streams of these operations, each stream in its order; at most `limit`.
pub async fn list_unsent(
    tx: &mut dyn Tx,
    account: AccountId,
    operations: impl IntoIterator<Item = LinkOperationId>,
    limit: i64,
) -> Result<Vec<OperationRow>, StorageError> {
    db!(tx, fetch_all::<OperationRow>(LIST_UNSENT, account, ids(operations), limit))
}

pub async fn mark_sent(
    tx: &mut WriteTx,
    account: AccountId,
    operations: impl IntoIterator<Item = LinkOperationId>,
    at: Timestamp,
) -> Result<(), StorageError> {
    db!(tx, execute(MARK_SENT, account, at, ids(operations))).map(drop)
}

/// Takes operations of a peer in; gives those that are new.
pub async fn receive(
    tx: &mut WriteTx,
    account: AccountId,
    peer: AccountId,
    operations: &[OperationRow],
    at: Timestamp,
) -> Result<Vec<LinkOperationId>, StorageError> {
    let rows = operations.iter().map(|it| Received {
        id: hex(it.id.uuid()),
        stream_id: hex(it.stream_id.uuid()),
        sequence: it.sequence,
        operation: &it.operation.0,
    });
    let rows: Rows<Received<'_>> = Json(rows.collect());
    let new = db!(tx, fetch_all::<Scalar<LinkOperationId>>(INSERT_INCOMING, account, peer, at, rows))?;
    Ok(new.into_iter().map(|it| it.0).collect())
}

/// A stream as it stands; it begins here where it is new.
pub async fn get(
    tx: &mut WriteTx,
    account: AccountId,
    stream: StreamId,
    peer: AccountId,
) -> Result<StreamRow, StorageError> {
    if let Some(known) = db!(tx, fetch_optional::<StreamRow>(FIND_STREAM, account, stream))? {
        return Ok(known);
    }
    db!(tx, execute(INSERT_STREAM, account, stream, peer))?;
    db!(tx, fetch_one::<StreamRow>(FIND_STREAM, account, stream))
}

/// Where operations that came belong, in the order in which their streams are to be locked.
pub async fn list_incoming(
    tx: &mut dyn Tx,
    account: AccountId,
    operations: impl IntoIterator<Item = LinkOperationId>,
) -> Result<Vec<IncomingRow>, StorageError> {
    db!(tx, fetch_all::<IncomingRow>(LIST_INCOMING, account, ids(operations)))
}

/// The operations of a stream that follow the one numbered `received` without a gap, at most `limit`; nobody else applies
/// them until the end of the transaction.
pub async fn lock_next(
    tx: &mut WriteTx,
    account: AccountId,
    stream: &IncomingRow,
    received: i64,
    limit: usize,
) -> Result<Vec<OperationRow>, StorageError> {
    let IncomingRow { stream_id, peer_id, .. } = stream;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = db!(tx, fetch_all::<OperationRow>(LOCK_NEXT, account, stream_id, peer_id, received, limit))?;
    let is_next = |(next, row): &(i64, OperationRow)| row.sequence == *next;
    Ok((received + 1..).zip(rows).take_while(is_next).map(|(_, row)| row).collect())
}

/// Says that an operation is applied, or why it changed nothing.
pub async fn mark_applied(
    tx: &mut WriteTx,
    account: AccountId,
    id: LinkOperationId,
    at: Timestamp,
    ignored_because: Option<&'static str>,
) -> Result<(), StorageError> {
    db!(tx, execute(MARK_APPLIED, account, id, at, ignored_because)).map(drop)
}

/// Says that a stream is applied as far as this operation.
pub async fn advance(tx: &mut WriteTx, account: AccountId, last: &OperationRow) -> Result<(), StorageError> {
    db!(tx, execute(ADVANCE, account, last.stream_id, last.sequence)).map(drop)
}

/// Gives an operation up for now; what follows in its stream waits.
pub async fn park(
    tx: &mut WriteTx,
    account: AccountId,
    id: LinkOperationId,
    because: &str,
) -> Result<(), StorageError> {
    db!(tx, execute(PARK, account, id, because)).map(drop)
}

/// What has left, newest first; for one account, or for all.
pub async fn list_left(
    tx: &mut dyn Tx,
    account: AccountId,
    peer: Option<String>,
    page: PageRequest,
) -> Result<Page<LeftRow>, StorageError> {
    let before = page.before();
    let rows =
        db!(tx, fetch_all::<LeftRow>(LIST_LEFT, account, peer, before.at(), before.id(), page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// What came and was given up, oldest first.
pub async fn list_parked(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<ParkedRow>, StorageError> {
    let after = page.after();
    let rows = db!(tx, fetch_all::<ParkedRow>(LIST_PARKED, account, after.at(), after.id(), page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.received_at, it.id.uuid())))
}

pub async fn is_parked(
    tx: &mut dyn Tx,
    account: AccountId,
    id: LinkOperationId,
) -> Result<bool, StorageError> {
    Ok(db!(tx, fetch_optional::<Scalar<LinkOperationId>>(FIND_PARKED, account, id))?.is_some())
}

fn ids(operations: impl IntoIterator<Item = LinkOperationId>) -> Ids {
    Ids::new(operations.into_iter().map(LinkOperationId::uuid))
}
