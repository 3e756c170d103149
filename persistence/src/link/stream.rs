//! What two accounts say to each other: written by the one with its own change, handed over as often as it takes, applied by
//! the other once and in order.

use std::collections::{BTreeMap, HashMap};

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
    pub id: StreamId,
    pub peer_id: AccountId,
    /// The last operation that was applied here.
    pub received: i64,
}
record!(StreamRow { id, peer_id, received });

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
struct Reached {
    id: Hex,
    peer_id: Hex,
    received: i64,
}

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
    INSERT_STREAMS = [
        "INSERT INTO link_stream (account_id, id, peer_id, sent, received) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'id'), unhex(value ->> 'peer_id'), 0, 0 FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, id, peer_id, 0, 0 FROM jsonb_to_recordset($2) AS r(id uuid, peer_id uuid)"
        }
        " ON CONFLICT DO NOTHING"
    ];
    LIST_STREAMS = [
        "SELECT id, peer_id, received FROM link_stream WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY id"
    ];
    /// Those about one task beside each other: whoever writes locks them in this order.
    LIST_INCOMING = [
        "SELECT i.id, i.stream_id, i.peer_id, m.task_id FROM link_inbox i \
         LEFT JOIN task_mirror m ON m.account_id = i.account_id AND m.id = i.stream_id WHERE i.account_id = $1 AND i.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY m.task_id, i.stream_id, i.peer_id, i.sequence"
    ];
    /// Locked before the task that it is about, and the streams after: whoever writes keeps to that order. Only PostgreSQL has
    /// several writers, so only it needs the row's lock.
    LOCK_NEXT = [
        {
            sqlite: "SELECT i.id, i.stream_id, i.sequence, i.peer_id, i.operation FROM json_each($2) r \
                CROSS JOIN link_inbox i ON i.account_id = $1 AND i.stream_id = unhex(r.value ->> 'id') \
                AND i.peer_id = unhex(r.value ->> 'peer_id') AND i.sequence > r.value ->> 'received' \
                AND i.sequence <= (r.value ->> 'received') + $3 AND i.applied_at IS NULL",
            postgres: "SELECT i.id, i.stream_id, i.sequence, i.peer_id, i.operation FROM jsonb_to_recordset($2) \
                AS r(id uuid, peer_id uuid, received bigint) CROSS JOIN LATERAL (\
                SELECT id, stream_id, sequence, peer_id, operation FROM link_inbox WHERE account_id = $1 \
                AND stream_id = r.id AND peer_id = r.peer_id AND sequence > r.received \
                AND applied_at IS NULL ORDER BY sequence LIMIT $3 FOR NO KEY UPDATE) i"
        }
    ];
    MARK_APPLIED = [
        "UPDATE link_inbox SET applied_at = $3, parked_because = NULL WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
    ];
    MARK_IGNORED = ["UPDATE link_inbox SET ignored_because = $3 WHERE account_id = $1 AND id = $2"];
    ADVANCE = [
        "UPDATE link_stream SET received = r.received FROM "
        {
            sqlite: "(SELECT unhex(value ->> 'id') AS id, value ->> 'received' AS received FROM json_each($2)) AS r",
            postgres: "jsonb_to_recordset($2) AS r(id uuid, received bigint)"
        }
        " WHERE link_stream.account_id = $1 AND link_stream.id = r.id"
    ];
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

/// Streams as they stand; one that is new begins.
pub async fn list(
    tx: &mut WriteTx,
    account: AccountId,
    streams: &[IncomingRow],
) -> Result<HashMap<StreamId, StreamRow>, StorageError> {
    let mut known = list_known(tx, account, streams).await?;
    let new = streams.iter().filter(|it| !known.contains_key(&it.stream_id));
    let new: Vec<StreamRow> =
        new.map(|it| StreamRow { id: it.stream_id, peer_id: it.peer_id, received: 0 }).collect();
    if !new.is_empty() {
        db!(tx, execute(INSERT_STREAMS, account, reached(&new)))?;
        known = list_known(tx, account, streams).await?;
    }
    Ok(known)
}

async fn list_known(
    tx: &mut WriteTx,
    account: AccountId,
    streams: &[IncomingRow],
) -> Result<HashMap<StreamId, StreamRow>, StorageError> {
    let ids = Ids::new(streams.iter().map(|it| it.stream_id.uuid()));
    let rows = db!(tx, fetch_all::<StreamRow>(LIST_STREAMS, account, ids))?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Where operations that came belong, in the order in which their streams are to be locked.
pub async fn list_incoming(
    tx: &mut dyn Tx,
    account: AccountId,
    operations: impl IntoIterator<Item = LinkOperationId>,
) -> Result<Vec<IncomingRow>, StorageError> {
    db!(tx, fetch_all::<IncomingRow>(LIST_INCOMING, account, ids(operations)))
}

/// What follows in each stream without a gap, at most `limit` operations of each, stream by stream in this order; nobody else
/// applies them until the end of the transaction.
pub async fn lock_next(
    tx: &mut WriteTx,
    account: AccountId,
    streams: &[StreamRow],
    limit: usize,
) -> Result<Vec<OperationRow>, StorageError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = db!(tx, fetch_all::<OperationRow>(LOCK_NEXT, account, reached(streams), limit))?;
    let mut waiting: HashMap<StreamId, BTreeMap<i64, OperationRow>> = HashMap::new();
    for row in rows {
        waiting.entry(row.stream_id).or_default().insert(row.sequence, row);
    }
    let next = |it: &StreamRow| -> Vec<OperationRow> {
        let mut rows = waiting.remove(&it.id).unwrap_or_default();
        (it.received + 1..).map_while(|sequence| rows.remove(&sequence)).collect()
    };
    Ok(streams.iter().flat_map(next).collect())
}

/// Says that operations are applied, and why some of them changed nothing; their streams are as far as the last of each.
pub async fn mark_applied(
    tx: &mut WriteTx,
    account: AccountId,
    applied: &[(OperationRow, Option<&'static str>)],
    at: Timestamp,
) -> Result<(), StorageError> {
    db!(tx, execute(MARK_APPLIED, account, ids(applied.iter().map(|(row, _)| row.id)), at))?;
    for (row, because) in applied {
        if let Some(because) = because {
            db!(tx, execute(MARK_IGNORED, account, row.id, *because))?;
        }
    }
    let last = |(row, _): &(OperationRow, _)| {
        (row.stream_id, StreamRow { id: row.stream_id, peer_id: row.peer_id, received: row.sequence })
    };
    let last: BTreeMap<StreamId, StreamRow> = applied.iter().map(last).collect();
    let last: Vec<StreamRow> = last.into_values().collect();
    db!(tx, execute(ADVANCE, account, reached(&last))).map(drop)
}

fn reached(streams: &[StreamRow]) -> Rows<Reached> {
    let row = |it: &StreamRow| Reached {
        id: hex(it.id.uuid()),
        peer_id: hex(it.peer_id.uuid()),
        received: it.received,
    };
    Json(streams.iter().map(row).collect())
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
