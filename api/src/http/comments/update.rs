//! `PATCH /v1/comments/{id}`

use actix_web::{
    HttpResponse, patch,
    web::{Data, Path},
};
use liaison_domain::id::CommentId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CommentView, one};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        precondition::IfMatch,
        problem::{Problem, ProblemView},
        tasks::body,
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, comment},
};

/// The new text: `text` or `html`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateComment {
    /// At most 64 KiB.
    text: Option<String>,
    /// At most 64 KiB; sanitized.
    html: Option<String>,
}

/// Change a comment
///
/// For its author. What has left by mail stays as it left.
#[utoipa::path(
    operation_id = "update_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The comment"), crate::http::openapi::IfMatchParam),
    request_body = UpdateComment,
    responses(
        (status = 200, description = "Changed", body = CommentView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`, `stale_version`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[patch("/v1/comments/{id}")]
pub(super) async fn update_comment(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    if_match: IfMatch,
    command: Command<UpdateComment>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let written = body(&mut fields, command.body.text, command.body.html, false);
    fields.finish()?;
    let id = CommentId::new(*id);
    mutate(&app, scope_of(&caller), None, async |tx| {
        let (current, _) = comment::get(tx, &caller, id).await?;
        if_match.check(current.version)?;
        comment::update(tx, &app, &caller, &current, &written).await?;
        let (changed, _) = comment::get(tx, &caller, id).await?;
        let version = changed.version;
        Ok(Answer::ok(&one(tx, caller.account, changed).await?)?.with_version(version))
    })
    .await
}
