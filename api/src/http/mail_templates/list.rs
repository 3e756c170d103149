//! `GET /v1/mail-templates`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::MailTemplateView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::StaffCaller, mail_template},
};

/// Which templates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListMailTemplates {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List mail templates
///
/// Newest first; the built-in ones are not among them. For administrators.
#[utoipa::path(
    operation_id = "list_mail_templates", tag = "mail", security(("bearer" = [])),
    params(ListMailTemplates),
    responses(
        (status = 200, description = "A page", body = PageView<MailTemplateView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail-templates")]
pub(super) async fn list_mail_templates(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListMailTemplates>,
) -> Result<HttpResponse, Problem> {
    let ListMailTemplates { limit, cursor } = parameters.0;
    let page = page::request(limit.as_deref(), cursor.as_deref())?;
    let templates = query(&app, async |tx| mail_template::list(tx, &caller, page).await).await?;
    Ok(Answer::ok(&PageView::of(templates, |it| MailTemplateView::from(&it)))?.respond(&request))
}
