//! `GET /v1/mail/outgoing`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use liaison_domain::{
    id::{PersonId, TaskId},
    outgoing::RecipientState,
};
use liaison_persistence::outgoing_mail::ledger::Filter;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::OutgoingMailView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        fields::Fields,
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::StaffCaller, outgoing_mail},
};

/// Which mails.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListOutgoingMail {
    /// `queued`, `held`, `sending`, `accepted`, `deferred`, `bounced`, `failed`, `suppressed` or `unknown`
    state: Option<String>,
    /// Of this task.
    #[param(value_type = Option<Uuid>)]
    task: Option<String>,
    /// To this person.
    #[param(value_type = Option<Uuid>)]
    person: Option<String>,
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List outgoing mail
///
/// Newest first; those of tasks that the caller has a role in, administrators see all.
#[utoipa::path(
    operation_id = "list_outgoing_mail", tag = "mail", security(("bearer" = [])),
    params(ListOutgoingMail),
    responses(
        (status = 200, description = "A page", body = PageView<OutgoingMailView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/mail/outgoing")]
pub(super) async fn list_outgoing_mail(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListOutgoingMail>,
) -> Result<HttpResponse, Problem> {
    let ListOutgoingMail { state, task, person, limit, cursor } = parameters.0;
    let page = page::request(limit.as_deref(), cursor.as_deref())?;
    let mut fields = Fields::default();
    let filter = Filter {
        state: state.and_then(|it| fields.read("?state", it.parse::<RecipientState>())),
        task: task.and_then(|it| fields.read("?task", it.parse::<Uuid>())).map(TaskId::new),
        person: person.and_then(|it| fields.read("?person", it.parse::<Uuid>())).map(PersonId::new),
    };
    fields.finish()?;
    let mails = query(&app, async |tx| outgoing_mail::list(tx, &caller, filter, page).await).await?;
    Ok(Answer::ok(&PageView::of(mails, |it| OutgoingMailView::from(&it)))?.respond(&request))
}
