//! `/v1/tasks/{id}/links`: the accounts that have the task too.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use liaison_domain::id::TaskId;
use liaison_persistence::link::mirror::{self, MirrorRow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        problem::{Problem, ProblemView},
        transact::{no_content, query},
    },
    service::{
        access::{enter, enter_to_change},
        caller::StaffCaller,
        link::ending,
    },
    view::name::MirrorStateName,
};

/// The accounts that have the task too.
#[derive(Debug, Serialize, ToSchema)]
struct TaskLinks {
    items: Vec<TaskLinkView>,
}

/// An account that has the task too.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskLink)]
pub(super) struct TaskLinkView {
    /// The account's name.
    pub(super) account: String,
    /// `open`, or `cut`: nothing crosses, until somebody there is addressed anew.
    state: MirrorStateName,
    /// Whether the task was here first.
    pub(super) began_here: bool,
    since: DateTime<Utc>,
}

impl From<&MirrorRow> for TaskLinkView {
    fn from(row: &MirrorRow) -> Self {
        Self {
            account: row.peer.clone(),
            state: row.state.into(),
            began_here: row.began_here,
            since: row.created_at,
        }
    }
}

/// Where a task is too
#[utoipa::path(
    operation_id = "list_task_links", tag = "tasks", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The task")),
    responses(
        (status = 200, description = "The accounts, oldest link first", body = TaskLinks),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/tasks/{id}/links")]
pub(super) async fn list_task_links(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let mirrors = query(&app, async |tx| {
        let entered = enter(tx, &caller, TaskId::new(*id)).await?;
        Ok(mirror::list_of_task(tx, caller.account, entered.task.id).await?)
    })
    .await?;
    let items = mirrors.iter().map(TaskLinkView::from).collect();
    Ok(Answer::ok(&TaskLinks { items })?.respond(&request))
}

/// Cut a task off from another account
///
/// What crossed stays on both sides, the people of the other account are detached, and nothing more crosses until somebody
/// there is addressed anew. For those who may edit the task.
#[utoipa::path(
    operation_id = "cut_task_link", tag = "tasks", security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The task"),
        ("account" = String, Path, description = "The name of the other account"),
    ),
    responses(
        (status = 204, description = "Cut"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/tasks/{id}/links/{account}")]
pub(super) async fn cut_task_link(
    app: Data<App>,
    caller: StaffCaller,
    path: Path<(Uuid, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, peer) = path.into_inner();
    no_content(&app, &caller, async |tx| {
        let entered = enter_to_change(tx, &caller, TaskId::new(id)).await?;
        ending::cut_task(tx, &app, &caller, &entered, &peer).await
    })
    .await
}
