//! `GET /v1/tasks`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use chrono::DateTime;
use liaison_domain::{
    id::{PersonId, ProjectId},
    refusal::{FieldCode, Refusal},
};
use liaison_persistence::{
    person,
    task::{self, Filter, Order},
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Surroundings, TaskView};
use crate::{
    app::App,
    http::{
        answer::Answer,
        fields::{Fields, moment},
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::StaffCaller, project},
};

/// Which tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListTasks {
    /// One status.
    status: Option<String>,
    /// A person (an id, or `me`) who holds a role in it.
    person: Option<String>,
    /// Narrows `person` to one role: `assigner`, `assignee`, `participant`, `auditor`. Alone, the caller's.
    role: Option<String>,
    /// A project.
    project: Option<String>,
    /// Part of the title, any case.
    q: Option<String>,
    /// Changed at this time or later.
    updated_since: Option<String>,
    /// `created` (default) or `updated`, newest first.
    order: Option<String>,
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`, with the same filters and order.
    cursor: Option<String>,
}

/// List tasks
///
/// Administrators see all tasks, others those that they have a role in. To follow what changes, send `updated_since` with
/// `order=updated`.
#[utoipa::path(
    operation_id = "list_tasks", tag = "tasks", security(("bearer" = [])),
    params(ListTasks),
    responses(
        (status = 200, description = "A page", body = PageView<TaskView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/tasks")]
pub(super) async fn list_tasks(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListTasks>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let (filter, order) = parameters.0.read(&caller)?;
    let (tasks, mut surroundings) = query(&app, async |tx| {
        if let Some((id, _)) = filter.person
            && !person::exists(tx, caller.account, id).await?
        {
            return Err(Refusal::unknown_id("?person").into());
        }
        project::require(tx, caller.account, filter.project, "?project").await?;
        let tasks = task::list(tx, caller.account, &filter, order, page).await?;
        let surroundings = Surroundings::load(tx, caller.account, &tasks.items).await?;
        Ok((tasks, surroundings))
    })
    .await?;
    Ok(Answer::ok(&PageView::of(tasks, |it| surroundings.view(&app, it)))?.respond(&request))
}

impl ListTasks {
    fn read(self, caller: &StaffCaller) -> Result<(Filter, Order), Refusal> {
        let mut fields = Fields::default();
        let status = self.status.and_then(|it| fields.read("?status", it.parse()));
        let role = self.role.and_then(|it| fields.read("?role", it.parse()));
        let person = self.person.and_then(|it| match it.as_str() {
            "me" => Some(caller.employee),
            id => fields.read("?person", id.parse::<Uuid>()).map(PersonId::new),
        });
        let person = person.or(role.map(|_| caller.employee));
        let project = self.project.and_then(|it| fields.read("?project", it.parse::<Uuid>()));
        let q = fields.search("?q", self.q);
        let updated_since = self
            .updated_since
            .and_then(|it| fields.read("?updated_since", DateTime::parse_from_rfc3339(&it)));
        let updated_since = updated_since.and_then(|it| fields.read("?updated_since", moment(it.to_utc())));
        let order = match self.order.as_deref() {
            None | Some("created") => Order::Created,
            Some("updated") => Order::Updated,
            Some(_) => {
                fields.note("?order", FieldCode::Invalid, "must be created or updated");
                Order::Created
            }
        };
        fields.finish()?;
        let filter = Filter {
            viewer: (!caller.role.is_admin()).then_some(caller.employee),
            status,
            person: person.map(|it| (it, role)),
            q,
            updated_since,
            project: project.map(ProjectId::new),
        };
        Ok((filter, order))
    }
}
