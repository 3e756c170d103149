//! `PUT /v1/signatures/{level}`

use actix_web::{
    HttpResponse, put,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{SignatureView, read_level, read_signature};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{caller::StaffCaller, signature},
};

/// What stands below mail from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateSignature {
    /// HTML of at most 64 KB; images by `https` address. Null: none.
    html: Option<String>,
}

/// Set a signature
///
/// The account's, for administrators, or the caller's own. A mail keeps the signature that it was written with. Below mail
/// that leaves by an external mailbox stands the mailbox's own signature, else its author's; below other mail the author's,
/// else the account's; none where the template says so.
#[utoipa::path(
    operation_id = "update_signature", tag = "settings", security(("bearer" = [])),
    params(("level" = String, Path, description = "`account` or `employee`")),
    request_body = UpdateSignature,
    responses(
        (status = 200, description = "Set", body = SignatureView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[put("/v1/signatures/{level}")]
pub(super) async fn update_signature(
    app: Data<App>,
    caller: StaffCaller,
    level: Path<String>,
    command: Command<UpdateSignature>,
) -> Result<HttpResponse, Problem> {
    let level = read_level(&level)?;
    let mut fields = Fields::default();
    let html = command.body.html.and_then(|it| read_signature(&mut fields, "/html", &it));
    fields.finish()?;
    mutate(&app, scope_of(&caller), None, async |tx| {
        signature::update(tx, &app.env, &caller, level, html.as_deref()).await?;
        Answer::ok(&SignatureView { html })
    })
    .await
}
