//! Comments and their audiences.

pub mod audience;
pub mod insert;

pub use audience::{list_colleagues, list_recipients};
pub use insert::insert_all;

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    comment::Comment,
    id::{AccountId, CommentId, PersonId, TaskId},
    visibility::Scope,
};
use serde::{Deserialize, Serialize};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    page::{Cursor, Page, PageRequest},
    sql::{Json, Scalar},
    visibility::visible_comment,
};

record!(Comment {
    id,
    task_id,
    author_id,
    kind,
    origin,
    created_at,
    edited_at,
    send_at,
    html,
    text,
    visible,
    elided,
    subject,
    hidden,
    reply_to,
    mailbox_id,
    incoming_mail_id,
    unrecognized_sender,
    sender_disowned,
    version
});

struct WarningsRow {
    id: CommentId,
    warnings: Json<Vec<Warning>>,
}
record!(WarningsRow { id, warnings });

/// Something about a comment that its author should know, found when it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub code: String,
    pub detail: String,
    pub person_id: Option<uuid::Uuid>,
}

macro_rules! columns {
    () => {
        "c.id, c.task_id, c.author_id, c.kind, c.origin, c.created_at, c.edited_at, c.send_at, c.html, c.text, c.visible, \
         c.elided, c.subject, c.hidden, c.reply_to, c.mailbox_id, c.incoming_mail_id, c.unrecognized_sender, \
         c.sender_disowned, c.version"
    };
}

/// Runs a statement over what a viewer sees, whose placeholders are the account, the subject, the scope's fields and the rest.
macro_rules! visible {
    ($tx:expr, $verb:ident, $statement:ident, $account:expr, $subject:expr, $scope:expr $(, $more:expr)*) => {{
        let Scope { viewer, is_staff, sees_all, sees_company } = $scope;
        db!($tx, $verb::<Comment>($statement, $account, $subject, viewer, is_staff, sees_all, sees_company $(, $more)*))
    }};
}

statements! {
    /// What was disowned says nothing of him in whose name it came.
    COUNT_UNCONFIRMED = ["SELECT COUNT(*) AS value FROM comment"
        { sqlite: " INDEXED BY comment_unconfirmed", postgres: "" }
        " WHERE account_id = $1 AND author_id = $2 AND unrecognized_sender = TRUE AND sender_disowned = FALSE AND deleted_at IS NULL"];
    /// Oldest first.
    LIST_UNCONFIRMED = ["SELECT " columns!() " FROM comment c"
        { sqlite: " INDEXED BY comment_unconfirmed", postgres: "" }
        " WHERE c.account_id = $1 AND c.author_id = $2 AND c.unrecognized_sender = TRUE AND c.sender_disowned = FALSE AND c.deleted_at IS NULL \
        ORDER BY c.created_at, c.id"];
    CONFIRM_SENDER = ["UPDATE comment SET unrecognized_sender = FALSE, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND unrecognized_sender = TRUE AND deleted_at IS NULL"];
    DELETE_RECIPIENTS = ["DELETE FROM comment_recipient WHERE account_id = $1 AND comment_id = $2"];
    /// One that this transaction publishes or leaves alone. Only PostgreSQL has several writers.
    FIND_HELD = [
        "SELECT " columns!() " FROM comment c WHERE c.account_id = $1 AND c.id = $2 AND c.send_at IS NOT NULL \
         AND c.deleted_at IS NULL"
        { sqlite: "", postgres: " FOR UPDATE" }
    ];
    /// What leaves first comes first.
    LIST_HELD = ["SELECT " columns!() " FROM comment c WHERE c.account_id = $1 AND c.author_id = $2 \
        AND c.send_at IS NOT NULL AND c.deleted_at IS NULL AND (c.send_at, c.id) > ($3, $4) ORDER BY c.send_at, c.id LIMIT $5"];
    /// Nobody has seen it, so it is not marked as edited.
    UPDATE_HELD = ["UPDATE comment SET html = $3, text = $4, visible = $4, send_at = $5, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $6 AND send_at IS NOT NULL AND deleted_at IS NULL"];
    /// It stands in the conversation where it leaves, not where it was written.
    RELEASE_COMMENT = ["UPDATE comment SET send_at = NULL, created_at = $3, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND send_at IS NOT NULL AND deleted_at IS NULL"];
    /// What a mail quoted is no part of what its author writes now.
    UPDATE_BODY = ["UPDATE comment SET html = $3, text = $4, visible = $4, elided = '', edited_at = $5, \
        version = version + 1 WHERE account_id = $1 AND id = $2 AND version = $6 AND deleted_at IS NULL"];
    COUNT_COMMENTS = ["SELECT COUNT(*) AS value FROM comment WHERE account_id = $1 AND task_id = $2"];
    UPDATE_WARNINGS = ["UPDATE comment SET warnings = $3 WHERE account_id = $1 AND id = $2"];
    DELETE_COMMENT = ["UPDATE comment SET deleted_at = $3, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $4 AND deleted_at IS NULL"];
    /// For the system's own eyes; people read through `FIND_VISIBLE`.
    FIND_COMMENT = ["SELECT " columns!() " FROM comment c WHERE c.account_id = $1 AND c.id = $2 AND c.deleted_at IS NULL"];
    LIST_BY_IDS = [
        "SELECT " columns!() " FROM comment c WHERE c.account_id = $1 AND c.deleted_at IS NULL AND c.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY c.id"
    ];
    LIST_VISIBLE_BY_IDS = [
        "SELECT " columns!() " FROM comment c WHERE c.account_id = $1 AND c.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " AND " visible_comment!("$3", "$4", "$5", "$6") " ORDER BY c.id"
    ];
    FIND_VISIBLE = ["SELECT " columns!() " FROM comment c WHERE c.account_id = $1 AND c.id = $2 AND "
        visible_comment!("$3", "$4", "$5", "$6")];
    /// Oldest first.
    LIST_VISIBLE = ["SELECT " columns!() " FROM comment c WHERE c.account_id = $1 AND c.task_id = $2 AND "
        visible_comment!("$3", "$4", "$5", "$6") " AND (c.created_at, c.id) > ($7, $8) ORDER BY c.created_at, c.id LIMIT $9"];
    /// Who wrote or was addressed in what the viewer sees of a task.
    LIST_PEOPLE = ["SELECT c.author_id AS value FROM comment c WHERE c.account_id = $1 AND c.task_id = $2 AND "
        visible_comment!("$3", "$4", "$5") " UNION SELECT r.person_id FROM comment c \
        JOIN comment_recipient r ON r.account_id = c.account_id AND r.comment_id = c.id \
        WHERE c.account_id = $1 AND c.task_id = $2 AND " visible_comment!("$3", "$4", "$5")];
    /// What people said last in a task, as far as the viewer sees it.
    FIND_LAST = ["SELECT " columns!() " FROM comment c WHERE c.account_id = $1 AND c.task_id = $2 AND c.kind = 'message' \
        AND c.send_at IS NULL AND " visible_comment!("$3", "$4", "$5", "$6") " ORDER BY c.created_at DESC, c.id DESC LIMIT 1"];
    LIST_WARNINGS = [
        "SELECT id, warnings FROM comment WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY id"
    ];
}

/// Addresses a comment to these, too; the first of them stands at `position`.
pub async fn add_recipients(
    tx: &mut WriteTx,
    account: AccountId,
    comment: CommentId,
    position: usize,
    people: &[PersonId],
) -> Result<(), StorageError> {
    insert::insert_recipients(tx, account, [(comment, position, people)]).await
}

/// Addresses a comment to others than before; for one that is held.
pub async fn replace_recipients(
    tx: &mut WriteTx,
    account: AccountId,
    comment: CommentId,
    audience: &[PersonId],
) -> Result<(), StorageError> {
    db!(tx, execute(DELETE_RECIPIENTS, account, comment))?;
    insert::insert_recipients(tx, account, [(comment, 0, audience)]).await
}

/// Changes the text; false where the comment is not at `version` any more.
pub async fn update_body(
    tx: &mut WriteTx,
    account: AccountId,
    id: CommentId,
    html: &str,
    text: &str,
    at: Timestamp,
    version: i64,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(UPDATE_BODY, account, id, html, text, at, version))? == 1)
}

/// A held comment, whoever may see it; on PostgreSQL nobody else changes it until the end of the transaction.
pub async fn find_held(
    tx: &mut WriteTx,
    account: AccountId,
    id: CommentId,
) -> Result<Option<Comment>, StorageError> {
    db!(tx, fetch_optional::<Comment>(FIND_HELD, account, id))
}

/// An author's held comments over all tasks, the one that leaves first before the others.
pub async fn list_held(
    tx: &mut dyn Tx,
    account: AccountId,
    author: PersonId,
    page: PageRequest,
) -> Result<Page<Comment>, StorageError> {
    let after = page.after();
    let rows =
        db!(tx, fetch_all::<Comment>(LIST_HELD, account, author, after.at(), after.id(), page.fetch()))?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.send_at.unwrap_or(it.created_at), it.id.uuid())))
}

/// Changes the text of a held comment and when it leaves; false where it is not at its version any more, or has left.
pub async fn update_held(
    tx: &mut WriteTx,
    account: AccountId,
    changed: &Comment,
) -> Result<bool, StorageError> {
    let Comment { id, ref html, ref text, send_at, version, .. } = *changed;
    Ok(db!(tx, execute(UPDATE_HELD, account, id, html, text, send_at, version))? == 1)
}

/// Lets a held comment leave; false where it has left or is gone.
pub async fn release(
    tx: &mut WriteTx,
    account: AccountId,
    id: CommentId,
    at: Timestamp,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(RELEASE_COMMENT, account, id, at))? == 1)
}

pub async fn update_warnings(
    tx: &mut WriteTx,
    account: AccountId,
    id: CommentId,
    warnings: &[Warning],
) -> Result<(), StorageError> {
    db!(tx, execute(UPDATE_WARNINGS, account, id, Json(warnings))).map(drop)
}

/// Deletes a comment for all who could see it; false where it is not at `version` any more.
pub async fn delete(
    tx: &mut WriteTx,
    account: AccountId,
    id: CommentId,
    at: Timestamp,
    version: i64,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(DELETE_COMMENT, account, id, at, version))? == 1)
}

/// A comment, whoever may see it.
pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: CommentId,
) -> Result<Option<Comment>, StorageError> {
    db!(tx, fetch_optional::<Comment>(FIND_COMMENT, account, id))
}

/// Comments, whoever may see them.
pub async fn list_by_ids(
    tx: &mut dyn Tx,
    account: AccountId,
    comments: impl IntoIterator<Item = CommentId>,
) -> Result<HashMap<CommentId, Comment>, StorageError> {
    let ids = Ids::new(comments.into_iter().map(CommentId::uuid));
    let comments = db!(tx, fetch_all::<Comment>(LIST_BY_IDS, account, ids))?;
    Ok(comments.into_iter().map(|comment| (comment.id, comment)).collect())
}

/// Those of the comments that the viewer may see, given that he may enter their tasks.
pub async fn list_visible_by_ids(
    tx: &mut dyn Tx,
    account: AccountId,
    comments: impl IntoIterator<Item = CommentId>,
    scope: Scope,
) -> Result<HashMap<CommentId, Comment>, StorageError> {
    let ids = Ids::new(comments.into_iter().map(CommentId::uuid));
    let comments = visible!(tx, fetch_all, LIST_VISIBLE_BY_IDS, account, ids, scope)?;
    Ok(comments.into_iter().map(|comment| (comment.id, comment)).collect())
}

/// A comment that the viewer may see, given that he may enter its task.
pub async fn find_visible(
    tx: &mut dyn Tx,
    account: AccountId,
    id: CommentId,
    scope: Scope,
) -> Result<Option<Comment>, StorageError> {
    visible!(tx, fetch_optional, FIND_VISIBLE, account, id, scope)
}

/// What the viewer may see of a task's conversation, oldest first.
pub async fn list_visible(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    scope: Scope,
    page: PageRequest,
) -> Result<Page<Comment>, StorageError> {
    let after = page.after();
    let (at, id, limit) = (after.at(), after.id(), page.fetch());
    let rows = visible!(tx, fetch_all, LIST_VISIBLE, account, task, scope, at, id, limit)?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// The latest comment of a task that the viewer sees, given that he may enter it.
pub async fn find_last(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    scope: Scope,
) -> Result<Option<Comment>, StorageError> {
    visible!(tx, fetch_optional, FIND_LAST, account, task, scope)
}

/// How much was said in a task, deleted comments counted too.
pub async fn count(tx: &mut dyn Tx, account: AccountId, task: TaskId) -> Result<i64, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_COMMENTS, account, task))?.0)
}

pub async fn list_warnings(
    tx: &mut dyn Tx,
    account: AccountId,
    comments: impl IntoIterator<Item = CommentId>,
) -> Result<HashMap<CommentId, Vec<Warning>>, StorageError> {
    let ids = Ids::new(comments.into_iter().map(CommentId::uuid));
    let rows = db!(tx, fetch_all::<WarningsRow>(LIST_WARNINGS, account, ids))?;
    Ok(rows.into_iter().map(|row| (row.id, row.warnings.0)).collect())
}

/// Whether the author wrote comments as an unknown sender that nobody has confirmed yet (R17).
pub async fn waits_for_confirmation(
    tx: &mut dyn Tx,
    account: AccountId,
    author: PersonId,
) -> Result<bool, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_UNCONFIRMED, account, author))?.0 > 0)
}

/// What waits for the same confirmation: comments of an unknown sender that nobody has confirmed yet, oldest first.
pub async fn list_unconfirmed(
    tx: &mut dyn Tx,
    account: AccountId,
    author: PersonId,
) -> Result<Vec<Comment>, StorageError> {
    db!(tx, fetch_all::<Comment>(LIST_UNCONFIRMED, account, author))
}

/// Says that the sender is who he says he is; false where that was said before.
pub async fn confirm_sender(
    tx: &mut WriteTx,
    account: AccountId,
    id: CommentId,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(CONFIRM_SENDER, account, id))? == 1)
}

/// Who wrote or was addressed in what the viewer sees of a task.
pub async fn list_people(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    scope: Scope,
) -> Result<Vec<PersonId>, StorageError> {
    let Scope { viewer, is_staff, sees_all, .. } = scope;
    let rows =
        db!(tx, fetch_all::<Scalar<PersonId>>(LIST_PEOPLE, account, task, viewer, is_staff, sees_all))?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}
