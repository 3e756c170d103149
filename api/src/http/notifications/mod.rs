//! `/v1/notifications`: what employees are told in the application.

mod events;
mod list;
mod mark_read;
mod summarize;

use chrono::{DateTime, Utc};
use liaison_domain::{
    id::{AccountId, CommentId, MailboxId, TaskId},
    person::PersonRef,
};
use liaison_persistence::{database::Tx, notification::NotificationRow, person};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::routes::Routes,
    service::{Failure, caller::StaffCaller, notification},
    view::{name::NotificationTypeName, person::PersonView},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_notifications)
        .service(events::stream_notifications)
        .service(summarize::summarize_notifications)
        .service(mark_read::mark_notifications_read);
}

/// Something that the caller was told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notification)]
struct NotificationView {
    id: Uuid,
    r#type: NotificationTypeName,
    /// The task that it is about.
    #[schema(required)]
    task_id: Option<Uuid>,
    /// How people call that task.
    #[schema(required)]
    task: Option<NotifiedTask>,
    /// The comment that it is about.
    #[schema(required)]
    comment_id: Option<Uuid>,
    /// The external mailbox that it is about.
    #[schema(required)]
    mailbox_id: Option<Uuid>,
    /// Who did it; null where nobody did.
    #[schema(required)]
    author: Option<PersonView>,
    /// What there is to say beside the type.
    #[schema(required)]
    detail: Option<String>,
    at: DateTime<Utc>,
    read: bool,
    #[schema(required)]
    read_at: Option<DateTime<Utc>>,
}

/// A task as people call it.
#[derive(Debug, Serialize, ToSchema)]
struct NotifiedTask {
    number: i64,
    title: String,
}

/// How much the caller has not read.
#[derive(Debug, Serialize, ToSchema)]
struct NotificationSummary {
    /// Counted to 1000 and no further.
    unread: i64,
}

impl NotificationView {
    fn of(row: NotificationRow, author: Option<&PersonRef>) -> Self {
        let task = row.task_number.zip(row.task_title);
        Self {
            id: row.id.uuid(),
            r#type: row.kind.into(),
            task_id: row.task_id.map(TaskId::uuid),
            task: task.map(|(number, title)| NotifiedTask { number, title }),
            comment_id: row.comment_id.map(CommentId::uuid),
            mailbox_id: row.mailbox_id.map(MailboxId::uuid),
            author: author.map(PersonView::from),
            detail: row.detail,
            at: row.created_at,
            read: row.read_at.is_some(),
            read_at: row.read_at,
        }
    }
}

async fn views(
    tx: &mut dyn Tx,
    account: AccountId,
    rows: Vec<NotificationRow>,
) -> Result<Vec<NotificationView>, Failure> {
    let authors = person::list_refs(tx, account, rows.iter().filter_map(|it| it.author_id)).await?;
    let view = |row: NotificationRow| {
        let author = row.author_id.and_then(|it| authors.get(&it));
        NotificationView::of(row, author)
    };
    Ok(rows.into_iter().map(view).collect())
}

async fn summary(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<NotificationSummary, Failure> {
    Ok(NotificationSummary { unread: notification::count_unread(tx, caller).await? })
}
