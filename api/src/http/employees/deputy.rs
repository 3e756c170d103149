//! `/v1/employees/{id}/deputy`: who stands in for an absent employee (NTF-10).

use actix_web::{
    HttpRequest, HttpResponse, delete, get, put,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use liaison_domain::{
    Timestamp,
    id::PersonId,
    refusal::{FieldCode, Refusal},
};
use liaison_persistence::{database::Tx, deputy::DeputyRow, person};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::{Fields, moment},
        problem::{Problem, ProblemView},
        transact::{mutate, no_content, query, scope_of},
    },
    service::{Failure, caller::StaffCaller, deputy},
    view::person::PersonView,
};

/// Who stands in for an employee.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deputy)]
struct DeputyView {
    /// Null where nobody does.
    #[schema(required)]
    employee: Option<PersonView>,
    /// Null where it began with the setting.
    #[schema(required)]
    from: Option<DateTime<Utc>>,
    /// Null where it has no end.
    #[schema(required)]
    until: Option<DateTime<Utc>>,
}

/// Who shall stand in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetDeputy {
    /// Somebody else who works here.
    employee_id: Uuid,
    /// Absent: from now on.
    from: Option<DateTime<Utc>>,
    /// After `from`. Absent: until it is taken back.
    until: Option<DateTime<Utc>>,
}

impl SetDeputy {
    fn read(self) -> Result<DeputyRow, Refusal> {
        let mut fields = Fields::default();
        let from_at: Option<Timestamp> = self.from.and_then(|it| fields.read("/from", moment(it)));
        let until_at = self.until.and_then(|it| fields.read("/until", moment(it)));
        if from_at.zip(until_at).is_some_and(|(from, until)| until <= from) {
            fields.note("/until", FieldCode::OutOfRange, "must be after from");
        }
        fields.finish()?;
        Ok(DeputyRow { deputy_id: PersonId::new(self.employee_id), from_at, until_at })
    }
}

/// Who stands in for an employee
///
/// For himself and for administrators.
#[utoipa::path(
    operation_id = "show_deputy", tag = "employees", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The employee")),
    responses(
        (status = 200, description = "As it stands", body = DeputyView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/employees/{id}/deputy")]
pub(super) async fn show_deputy(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let view = query(&app, async |tx| view(tx, &caller, PersonId::new(*id)).await).await?;
    Ok(Answer::ok(&view)?.respond(&request))
}

/// Let somebody stand in for an employee
///
/// While he does he is told, in the feed and by mail as he wants it himself, of what the absent one is told of in tasks, and
/// takes part in them in the most senior role of the absent one, where he has none. For himself and for administrators.
#[utoipa::path(
    operation_id = "set_deputy", tag = "employees", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The employee")),
    request_body = SetDeputy,
    responses(
        (status = 200, description = "He stands in", body = DeputyView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[put("/v1/employees/{id}/deputy")]
pub(super) async fn set_deputy(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    command: Command<SetDeputy>,
) -> Result<HttpResponse, Problem> {
    let (id, new) = (PersonId::new(*id), command.body.read()?);
    mutate(&app, scope_of(&caller), None, async |tx| {
        deputy::set(tx, &caller, id, new).await?;
        Answer::ok(&view(tx, &caller, id).await?)
    })
    .await
}

/// Let nobody stand in any more
///
/// Who did stays in the tasks.
#[utoipa::path(
    operation_id = "clear_deputy", tag = "employees", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The employee")),
    responses(
        (status = 204, description = "Nobody stands in"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/employees/{id}/deputy")]
pub(super) async fn clear_deputy(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| deputy::clear(tx, &caller, PersonId::new(*id)).await).await
}

async fn view(tx: &mut dyn Tx, caller: &StaffCaller, id: PersonId) -> Result<DeputyView, Failure> {
    let Some(row) = deputy::find(tx, caller, id).await? else {
        return Ok(DeputyView { employee: None, from: None, until: None });
    };
    let people = person::list_refs(tx, caller.account, [row.deputy_id]).await?;
    let employee = people.get(&row.deputy_id).map(PersonView::from);
    Ok(DeputyView { employee, from: row.from_at, until: row.until_at })
}
