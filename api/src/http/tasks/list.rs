//! `GET /v1/tasks`

use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use chrono::DateTime;
use liaison_domain::{
    Timestamp,
    id::{PersonId, ProjectId, TaskId, TaskStatusId},
    refusal::{FieldCode, Refusal},
};
use liaison_persistence::{
    person,
    task::{self, Direction, Filter, Order, SortKey, custom_status},
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Surroundings, TaskView};
use crate::{
    app::App,
    http::{
        answer::Answer,
        fields::{FieldError, Fields, moment},
        page::{self, PageView},
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{caller::UserCaller, project},
};

/// Which tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListTasks {
    /// One status, or several with commas between them.
    status: Option<String>,
    /// One of the account's own.
    custom_status: Option<String>,
    /// `true`: open tasks; `false`: `completed`, `rejected` and `cancelled` ones.
    is_active: Option<String>,
    /// `low`, `normal` or `urgent`
    priority: Option<String>,
    /// A person (an id, or `me`) who holds a role in it.
    person: Option<String>,
    /// Narrows `person` to one role: `assigner`, `assignee`, `participant`, `auditor`. Alone, the caller's.
    role: Option<String>,
    /// `true`: nobody is its assignee; `false`: somebody is.
    unassigned: Option<String>,
    /// A project.
    project: Option<String>,
    /// The contact whom it is about.
    counterparty: Option<String>,
    /// The task that it is a part of.
    parent: Option<String>,
    /// What people call it.
    number: Option<String>,
    /// Part of the title, any case.
    q: Option<String>,
    /// Set at this time or later.
    created_since: Option<String>,
    /// Changed at this time or later.
    updated_since: Option<String>,
    /// Its deadline is before this time.
    deadline_before: Option<String>,
    /// Its deadline is at this time or later.
    deadline_after: Option<String>,
    /// `true`: open, and its deadline has passed; `false`: not so.
    overdue: Option<String>,
    /// `created` (default), `updated`, `deadline` (tasks without one come last), `priority` or `number`
    order: Option<String>,
    /// `asc` or `desc`. Absent: a list by deadline begins with the first one, others with the newest or most urgent.
    direction: Option<String>,
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`, with the same filters and order.
    cursor: Option<String>,
}

/// List tasks
///
/// Administrators see all tasks, others those that they have a role in. To follow what changes, send `updated_since` with
/// `order=updated`.
///
/// However many tasks there are, a page costs the same: a person's tasks by creation, change or deadline, those of a project
/// or a counterparty by creation or change, those of a parent by creation, and all tasks in any order are read off an index,
/// with `is_active` and the range of what they are sorted by. Other filters are looked up in at most 10,000 tasks a page, and
/// other orders sort at most 10,000 tasks: a page may then have less than `limit`, even nothing, and still a `next_cursor`.
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
    caller: UserCaller,
    parameters: Query<ListTasks>,
) -> Result<HttpResponse, Problem> {
    let page = page::request(parameters.0.limit.as_deref(), parameters.0.cursor.as_deref())?;
    let (filter, order) = parameters.0.read(&caller, app.env.now())?;
    let (tasks, mut surroundings) = query(&app, async |tx| {
        for (named, pointer) in
            [(filter.person.map(|it| it.0), "?person"), (filter.counterparty, "?counterparty")]
        {
            if let Some(id) = named
                && !person::exists(tx, caller.account, id).await?
            {
                return Err(Refusal::unknown_id(pointer).into());
            }
        }
        if let Some(parent) = filter.parent
            && task::find(tx, caller.account, parent).await?.is_none()
        {
            return Err(Refusal::unknown_id("?parent").into());
        }
        project::require(tx, caller.account, filter.project, "?project").await?;
        if let Some(id) = filter.custom_status
            && custom_status::find(tx, caller.account, id).await?.is_none()
        {
            return Err(Refusal::unknown_id("?custom_status").into());
        }
        let tasks = task::list(tx, caller.account, &filter, order, page).await?;
        let surroundings = Surroundings::load(tx, caller.account, &tasks.items).await?;
        Ok((tasks, surroundings))
    })
    .await?;
    Ok(Answer::ok(&PageView::of(tasks, |it| surroundings.view(&app, it)))?.respond(&request))
}

impl ListTasks {
    fn read(self, caller: &UserCaller, now: Timestamp) -> Result<(Filter, Order), Refusal> {
        let mut fields = Fields::default();
        let statuses = self.status.map_or_else(Vec::new, |it| {
            it.split(',').filter_map(|it| fields.read("?status", it.parse())).collect()
        });
        let role = self.role.and_then(|it| fields.read("?role", it.parse()));
        let person = self.person.and_then(|it| match it.as_str() {
            "me" => Some(caller.person),
            id => fields.read("?person", id.parse::<Uuid>()).map(PersonId::new),
        });
        let person = person.or(role.map(|_| caller.person));
        let overdue: Option<bool> = named(&mut fields, "?overdue", self.overdue);
        let order = order(&mut fields, self.order.as_deref(), self.direction.as_deref());
        let filter = Filter {
            viewer: (!caller.standing.role().is_admin()).then_some(caller.person),
            statuses,
            custom_status: named(&mut fields, "?custom_status", self.custom_status).map(TaskStatusId::new),
            is_open: named(&mut fields, "?is_active", self.is_active),
            priority: named(&mut fields, "?priority", self.priority),
            person: person.map(|it| (it, role)),
            q: fields.search("?q", self.q),
            created_since: time(&mut fields, "?created_since", self.created_since),
            updated_since: time(&mut fields, "?updated_since", self.updated_since),
            project: named(&mut fields, "?project", self.project).map(ProjectId::new),
            counterparty: named(&mut fields, "?counterparty", self.counterparty).map(PersonId::new),
            parent: named(&mut fields, "?parent", self.parent).map(TaskId::new),
            number: named(&mut fields, "?number", self.number),
            deadline_before: time(&mut fields, "?deadline_before", self.deadline_before),
            deadline_after: time(&mut fields, "?deadline_after", self.deadline_after),
            overdue: overdue.map(|it| (it, now)),
            unassigned: named(&mut fields, "?unassigned", self.unassigned),
        };
        fields.finish()?;
        Ok((filter, order))
    }
}

/// Reads a parameter of any kind that is there.
fn named<T: FromStr<Err: FieldError>>(
    fields: &mut Fields,
    pointer: &str,
    value: Option<String>,
) -> Option<T> {
    value.and_then(|it| fields.read(pointer, it.parse()))
}

fn time(fields: &mut Fields, pointer: &str, value: Option<String>) -> Option<Timestamp> {
    let at = value.and_then(|it| fields.read(pointer, DateTime::parse_from_rfc3339(&it)));
    at.and_then(|it| fields.read(pointer, moment(it.to_utc())))
}

fn order(fields: &mut Fields, key: Option<&str>, direction: Option<&str>) -> Order {
    let key = match key {
        None | Some("created") => SortKey::Created,
        Some("updated") => SortKey::Updated,
        Some("deadline") => SortKey::Deadline,
        Some("priority") => SortKey::Priority,
        Some("number") => SortKey::Number,
        Some(_) => {
            let names = "must be created, updated, deadline, priority or number";
            fields.note("?order", FieldCode::Invalid, names);
            SortKey::Created
        }
    };
    let direction = match direction {
        None if key == SortKey::Deadline => Direction::Ascending,
        None | Some("desc") => Direction::Descending,
        Some("asc") => Direction::Ascending,
        Some(_) => {
            fields.note("?direction", FieldCode::Invalid, "must be asc or desc");
            Direction::Descending
        }
    };
    Order { key, direction }
}
