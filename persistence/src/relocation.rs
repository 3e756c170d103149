//! A comment goes to another task, and with it all that leads to it: later answers follow (R15).
//!
//! Its files and its audience hang on the comment itself.

use liaison_domain::id::{AccountId, CommentId, TaskId};

use crate::{database::WriteTx, error::StorageError};

statements! {
    UPDATE_COMMENT = ["UPDATE comment SET task_id = $3, version = version + 1 \
        WHERE account_id = $1 AND id = $2 AND version = $4 AND deleted_at IS NULL"];
    /// The Message-IDs of the mail that brought it and of those that told of it.
    UPDATE_REFERENCES = ["UPDATE thread_reference SET task_id = $4 \
        WHERE account_id = $1 AND task_id = $2 AND comment_id = $3"];
    /// Reply tokens lead to the message, and the message to its task.
    UPDATE_OUTGOING = ["UPDATE outgoing_mail SET task_id = $3 WHERE account_id = $1 AND comment_id = $2"];
    UPDATE_INCOMING = ["UPDATE incoming_mail SET task_id = $3 WHERE account_id = $1 AND comment_id = $2"];
    UPDATE_NOTIFICATIONS = ["UPDATE notification SET task_id = $3 WHERE account_id = $1 AND comment_id = $2"];
}

/// A comment as it stands.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub comment: CommentId,
    pub task: TaskId,
    pub version: i64,
}

/// Puts a comment into another task; false where it does not stand as it was read.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    from: Standing,
    to: TaskId,
) -> Result<bool, StorageError> {
    let Standing { comment, task, version } = from;
    if db!(tx, execute(UPDATE_COMMENT, account, comment, to, version))? == 0 {
        return Ok(false);
    }
    db!(tx, execute(UPDATE_REFERENCES, account, task, comment, to))?;
    db!(tx, execute(UPDATE_OUTGOING, account, comment, to))?;
    db!(tx, execute(UPDATE_INCOMING, account, comment, to))?;
    db!(tx, execute(UPDATE_NOTIFICATIONS, account, comment, to))?;
    Ok(true)
}
