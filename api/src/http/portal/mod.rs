//! `/v1/portal`: what a contact reads and answers without a login, and `/portal`, where links lead that nobody else takes.
//!
//! Its callers are [`PortalCaller`]s alone; an employee's token is good for nothing here, and a contact's for nothing else.

mod create_comment;
mod create_file;
mod create_link;
mod create_session;
mod list_comments;
mod list_tasks;
mod show_file_content;
mod show_page;
mod show_task;

use actix_web::{
    Error, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, HeaderValue, REFERRER_POLICY},
    middleware::Next,
};
use chrono::{DateTime, Utc};
use liaison_domain::{id::CommentId, language::Language};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::routes::Routes,
    service::{
        caller::PortalCaller,
        portal::reading::{PortalComment, PortalTask},
    },
    view::{file::AttachedFileView, name::PersonKindName},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(show_page::show_portal_page)
        .service(create_session::create_portal_session)
        .service(create_link::create_portal_link)
        .service(list_tasks::list_portal_tasks)
        .service(show_task::show_portal_task)
        .service(list_comments::list_portal_comments)
        .service(create_comment::create_portal_comment)
        .service(create_file::create_portal_file)
        .service(show_file_content::show_portal_file_content);
}

/// Nobody keeps what the portal answers, and nobody is told where its reader was (S8).
pub fn keep_private<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> impl Future<Output = Result<ServiceResponse<B>, Error>> {
    let path = request.path();
    let is_private = path == "/portal" || path.starts_with("/v1/portal/");
    async move {
        let mut response = next.call(request).await?;
        if is_private {
            let headers = response.headers_mut();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        Ok(response)
    }
}

/// A task as a contact sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortalTask)]
struct PortalTaskView {
    id: Uuid,
    /// What people call it.
    number: i64,
    title: String,
    /// Safe HTML; null where it was not sent to him.
    #[schema(required)]
    description: Option<String>,
    #[schema(required)]
    description_text: Option<String>,
    /// Those of the description.
    files: Vec<AttachedFileView>,
    /// When the latest comment that he sees was written.
    #[schema(required)]
    last_comment_at: Option<DateTime<Utc>>,
}

impl From<PortalTask> for PortalTaskView {
    fn from(PortalTask { row, files }: PortalTask) -> Self {
        Self {
            id: row.id.uuid(),
            number: row.number,
            title: row.title,
            description: row.description_html,
            description_text: row.description_text,
            files: files.iter().map(AttachedFileView::from).collect(),
            last_comment_at: row.last_comment_at,
        }
    }
}

/// A comment as a contact sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortalComment)]
struct PortalCommentView {
    id: Uuid,
    task_id: Uuid,
    author: AuthorView,
    created_at: DateTime<Utc>,
    #[schema(required)]
    edited_at: Option<DateTime<Utc>>,
    /// Safe HTML of what its author wrote then, without what he quoted.
    html: String,
    text: String,
    files: Vec<AttachedFileView>,
    /// The comment that it answers, where he sees that too.
    #[schema(required)]
    reply_to: Option<Uuid>,
}

/// Who wrote a comment: his name, as mails show it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortalAuthor)]
struct AuthorView {
    name: String,
    kind: PersonKindName,
    /// It is the reader himself.
    is_reader: bool,
}

impl PortalCommentView {
    fn of(caller: &PortalCaller, it: PortalComment) -> Self {
        let PortalComment { comment, author, body, files, reply_to } = it;
        Self {
            id: comment.id.uuid(),
            task_id: comment.task_id.uuid(),
            author: AuthorView {
                is_reader: author.id == caller.contact,
                kind: author.kind.into(),
                name: author.name,
            },
            created_at: comment.created_at,
            edited_at: comment.edited_at,
            html: body.html,
            text: body.text,
            files: files.iter().map(AttachedFileView::from).collect(),
            reply_to: reply_to.map(CommentId::uuid),
        }
    }
}

/// The first language of `Accept-Language` that there are words in.
fn accepted_language(request: &HttpRequest) -> Option<Language> {
    let header = request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut tags = header.split(',').filter_map(|it| it.trim().split(['-', ';']).next());
    tags.find_map(|it| it.to_ascii_lowercase().parse().ok())
}
