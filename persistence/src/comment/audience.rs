//! Who can see a comment beside those with a role in its task.

use std::collections::HashMap;

use liaison_domain::{
    id::{AccountId, CommentId, PersonId},
    person::{PersonKind, PersonRef},
};

use crate::{
    database::Tx,
    error::StorageError,
    list::{Ids, in_ids},
    person::{join_linked, linked},
    visibility::concerns_company,
};

struct RecipientRow {
    comment_id: CommentId,
    person_id: PersonId,
    kind: PersonKind,
    name: String,
    linked_account: Option<String>,
    linked_login: Option<String>,
}
record!(RecipientRow { comment_id, person_id, kind, name, linked_account, linked_login });

impl From<RecipientRow> for PersonRef {
    fn from(row: RecipientRow) -> Self {
        let linked_account = linked(row.linked_account, row.linked_login);
        Self { id: row.person_id, kind: row.kind, name: row.name, linked_account }
    }
}

statements! {
    LIST_RECIPIENTS = [
        "SELECT r.comment_id, r.person_id, p.kind, p.name, l.name AS linked_account, k.login AS linked_login \
         FROM comment_recipient r JOIN person p ON p.account_id = r.account_id AND p.id = r.person_id " join_linked!() " \
         WHERE r.account_id = $1 AND r.comment_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY r.comment_id, r.position"
    ];
    /// The contacts who see their companies' tasks, of those who may so see the comment.
    LIST_COLLEAGUES = [
        "SELECT c.id AS comment_id, p.id AS person_id, p.kind, p.name, l.name AS linked_account, k.login AS linked_login \
         FROM comment c JOIN task t ON t.account_id = c.account_id AND t.id = c.task_id \
         JOIN contact_company w ON w.account_id = t.account_id AND w.company_id = t.counterparty_id \
         JOIN contact x ON x.account_id = w.account_id AND x.id = w.contact_id AND x.sees_company_tasks = TRUE \
         JOIN person p ON p.account_id = x.account_id AND p.id = x.id AND p.deleted_at IS NULL " join_linked!() " \
         WHERE c.account_id = $1 AND c.id = $2 AND " concerns_company!("p.id") " ORDER BY p.name, p.id"
    ];
}

/// The audience of each comment, in the order of addressing.
pub async fn list_recipients(
    tx: &mut dyn Tx,
    account: AccountId,
    comments: impl IntoIterator<Item = CommentId>,
) -> Result<HashMap<CommentId, Vec<PersonRef>>, StorageError> {
    let ids = Ids::new(comments.into_iter().map(CommentId::uuid));
    let mut recipients: HashMap<CommentId, Vec<PersonRef>> = HashMap::new();
    for row in db!(tx, fetch_all::<RecipientRow>(LIST_RECIPIENTS, account, ids))? {
        recipients.entry(row.comment_id).or_default().push(row.into());
    }
    Ok(recipients)
}

/// The contacts who may see a comment because it concerns their company (EXT-8), unless it is kept from them for another reason.
pub async fn list_colleagues(
    tx: &mut dyn Tx,
    account: AccountId,
    comment: CommentId,
) -> Result<Vec<PersonRef>, StorageError> {
    let rows = db!(tx, fetch_all::<RecipientRow>(LIST_COLLEAGUES, account, comment))?;
    Ok(rows.into_iter().map(Into::into).collect())
}
