//! Comments: `/v1/tasks/{id}/comments` and `/v1/comments/{id}`.

mod audience;
mod cancel;
mod confirm_sender;
mod copy;
mod create;
mod create_task;
mod default_audience;
mod delete;
mod deliveries;
mod list;
mod list_held;
mod move_comment;
mod preview;
mod send;
mod show;
mod show_raw;
mod update;

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use liaison_domain::{
    comment::Comment,
    file::AttachedFile,
    id::{AccountId, CommentId, OutgoingMailId},
    person::PersonRef,
};
use liaison_persistence::{
    comment::{self, Warning},
    database::{Tx, WriteTx},
    delivery_report::{self, DeliveryRow},
    file,
    link::mirror,
    person,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::{Command, Empty},
        problem::Problem,
        routes::Routes,
        transact::{mutate, scope_of},
    },
    service::{self, Failure, caller::StaffCaller},
    view::{
        file::AttachedFileView,
        name::{BounceClassName, OriginName},
        person::{LinkOriginView, PersonView},
        warning::WarningView,
    },
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_comments)
        .service(list_held::list_held_comments)
        .service(create::create_comment)
        .service(preview::preview_comment)
        .service(default_audience::show_default_audience)
        .service(show::show_comment)
        .service(show_raw::show_comment_raw)
        .service(update::update_comment)
        .service(delete::delete_comment)
        .service(send::send_comment)
        .service(cancel::cancel_comment)
        .service(confirm_sender::confirm_comment_sender)
        .service(move_comment::move_comment)
        .service(copy::copy_comment)
        .service(create_task::create_task_from_comment)
        .service(audience::show_comment_audience)
        .service(deliveries::list_comment_deliveries);
}

/// An entry of a task's conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Comment)]
struct CommentView {
    id: Uuid,
    task_id: Uuid,
    author: PersonView,
    /// By which way it came.
    origin: OriginName,
    created_at: DateTime<Utc>,
    #[schema(required)]
    edited_at: Option<DateTime<Utc>>,
    /// When it is to leave; null once it has. Until then only its author and administrators see it, and `created_at` is
    /// when it was written.
    #[schema(required)]
    send_at: Option<DateTime<Utc>>,
    /// Safe HTML of the whole.
    html: String,
    /// The whole as text.
    text: String,
    /// What the author wrote now; `text` where no mail brought it.
    visible: String,
    /// What a mail quoted or was signed with.
    elided: String,
    files: Vec<AttachedFileView>,
    /// Whom it is addressed to: beside employees who may enter the task, and contacts who sign in where the account lets them
    /// see all, the only ones who see it.
    audience: Vec<PersonView>,
    /// Seen by its audience, its author and administrators only.
    hidden: bool,
    /// The comment that it answers.
    #[schema(required)]
    reply_to: Option<Uuid>,
    /// The subject of the mail that brought it.
    #[schema(required)]
    subject: Option<String>,
    /// Its sender is not known here, or the domain of its From says that the mail is not its own; kept from contacts until
    /// confirmed.
    unrecognized_sender: bool,
    /// Where it came from over a link.
    #[schema(required)]
    link_origin: Option<LinkOriginView>,
    warnings: Vec<WarningView>,
}

/// How a notice about a comment fares.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
struct DeliveryView {
    person: PersonView,
    /// `mail`, `link` or `in_app`
    channel: String,
    /// By mail: `queued`, `held`, `sending`, `accepted`, `deferred`, `bounced`, `failed`, `suppressed`, `unknown`; in the
    /// application: `delivered`, `read`; over a link: `pending` while he has not consented, `queued`, `delivered`; any
    /// way: `held`, `skipped`.
    state: String,
    /// Why it was skipped, or what the mail server said last.
    #[schema(required)]
    detail: Option<String>,
    /// Since when it stands so.
    at: DateTime<Utc>,
    /// The mail, with its whole history, at `/v1/mail/outgoing/{id}`; null where there is none.
    #[schema(required)]
    mail_id: Option<Uuid>,
    /// Where the mail goes.
    #[schema(required)]
    address: Option<String>,
    /// How often the mail was tried.
    #[schema(required)]
    attempts: Option<i64>,
    /// Where the mail was refused or given up.
    #[schema(required)]
    bounce_class: Option<BounceClassName>,
    /// When a human opened it first, as far as the image in the mail or the notice told.
    #[schema(required)]
    opened_at: Option<DateTime<Utc>>,
    /// `recipient`, or `someone` of a mail that went to several people.
    #[schema(required, example = "recipient")]
    opened_by: Option<&'static str>,
    /// When the first answer to the mail came.
    #[schema(required)]
    answered_at: Option<DateTime<Utc>>,
}

impl DeliveryView {
    /// Where colleagues of other companies are written to, and what their servers say, is for employees.
    fn leave_address_out(&mut self) {
        (self.address, self.detail, self.mail_id) = (None, None, None);
    }
}

impl From<DeliveryRow> for DeliveryView {
    fn from(row: DeliveryRow) -> Self {
        let by = if row.opened_by_one_of_several { "someone" } else { "recipient" };
        let person = PersonRef::of(row.person_id, row.kind, row.name);
        Self {
            person: (&person).into(),
            channel: row.channel,
            state: row.state,
            detail: row.detail,
            at: row.at,
            mail_id: row.mail_id.map(OutgoingMailId::uuid),
            address: row.address,
            attempts: row.attempts,
            bounce_class: row.bounce_class.map(Into::into),
            opened_at: row.opened_at,
            opened_by: row.opened_at.map(|_| by),
            answered_at: row.answered_at,
        }
    }
}

/// The deliveries of a comment as they stand now.
async fn deliveries(
    tx: &mut dyn Tx,
    account: AccountId,
    id: CommentId,
) -> Result<Vec<DeliveryView>, Failure> {
    let rows = delivery_report::list(tx, account, id).await?;
    Ok(rows.into_iter().map(DeliveryView::from).collect())
}

/// Views of any number of comments, with one statement for each thing that surrounds them.
async fn views(
    tx: &mut dyn Tx,
    account: AccountId,
    comments: Vec<Comment>,
) -> Result<Vec<CommentView>, Failure> {
    let ids = || comments.iter().map(|it| it.id);
    let mut audiences = comment::list_recipients(tx, account, ids()).await?;
    let mut warnings = comment::list_warnings(tx, account, ids()).await?;
    let list: Vec<CommentId> = ids().collect();
    let mut files = file::list_of_comments(tx, account, &list).await?;
    let mut origins = mirror::list_origins(tx, account, ids()).await?;
    let authors = person::list_refs(tx, account, comments.iter().map(|it| it.author_id)).await?;
    comments
        .into_iter()
        .map(|it| {
            let author =
                authors.get(&it.author_id).ok_or(Failure::Internal("a comment without author", None))?;
            let audience = audiences.remove(&it.id).unwrap_or_default();
            let files = files.remove(&it.id).unwrap_or_default();
            let warnings = warnings.remove(&it.id).unwrap_or_default();
            let origin = origins.remove(&it.id).map(|peer| LinkOriginView::of(&peer, author));
            Ok(CommentView { link_origin: origin, ..view(it, author, &audience, &files, warnings) })
        })
        .collect()
}

/// Does something to a comment and answers with it as it is then.
async fn act(
    app: &App,
    caller: &StaffCaller,
    id: CommentId,
    command: Command<Empty>,
    action: impl AsyncFnOnce(&mut WriteTx, &Comment) -> Result<(), Failure>,
) -> Result<HttpResponse, Problem> {
    mutate(app, scope_of(caller), command.idempotency, async |tx| {
        let (current, _) = service::comment::get(tx, caller, id).await?;
        action(tx, &current).await?;
        let (changed, _) = service::comment::get(tx, caller, id).await?;
        let version = changed.version;
        Ok(Answer::ok(&one(tx, caller.account, changed).await?)?.with_version(version))
    })
    .await
}

/// One comment as it stands.
async fn one(tx: &mut dyn Tx, account: AccountId, comment: Comment) -> Result<CommentView, Failure> {
    let view = views(tx, account, vec![comment]).await?.pop();
    view.ok_or(Failure::Internal("a comment without view", None))
}

fn view(
    comment: Comment,
    author: &PersonRef,
    audience: &[PersonRef],
    files: &[AttachedFile],
    warnings: Vec<Warning>,
) -> CommentView {
    CommentView {
        id: comment.id.uuid(),
        task_id: comment.task_id.uuid(),
        author: author.into(),
        origin: comment.origin.into(),
        created_at: comment.created_at,
        edited_at: comment.edited_at,
        send_at: comment.send_at,
        html: comment.html,
        text: comment.text,
        visible: comment.visible,
        elided: comment.elided,
        files: files.iter().map(AttachedFileView::from).collect(),
        audience: audience.iter().map(PersonView::from).collect(),
        hidden: comment.hidden,
        reply_to: comment.reply_to.map(CommentId::uuid),
        subject: comment.subject,
        unrecognized_sender: comment.unrecognized_sender,
        link_origin: None,
        warnings: warnings.into_iter().map(WarningView::from).collect(),
    }
}
