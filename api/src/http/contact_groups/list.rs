//! `GET /v1/contact-groups`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ContactGroupView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::StaffCaller, contact::group},
};

/// Which groups.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListContactGroups {
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List groups of contacts
///
/// Newest first.
#[utoipa::path(
    operation_id = "list_contact_groups", tag = "contacts", security(("bearer" = [])),
    params(ListContactGroups),
    responses(
        (status = 200, description = "A page", body = PageView<ContactGroupView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contact-groups")]
pub(super) async fn list_contact_groups(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListContactGroups>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let groups = query(&app, async |tx| group::list(tx, &caller, page).await).await?;
    Ok(Answer::ok(&PageView::of(groups, |it| ContactGroupView::from(&it)))?.respond(&request))
}
