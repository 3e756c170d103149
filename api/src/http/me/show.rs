//! `GET /v1/me`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    http::{
        accounts::AccountView,
        answer::Answer,
        contacts::ContactView,
        employees::EmployeeView,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{
        account,
        caller::UserCaller,
        user::{self, User},
    },
};

/// The caller and his account.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// Null for a contact.
    #[schema(required)]
    employee: Option<EmployeeView>,
    /// The contact who has signed in; null for an employee.
    #[schema(required)]
    contact: Option<ContactView>,
    account: AccountView,
}

/// Who am I
#[utoipa::path(
    operation_id = "show_me", tag = "me", security(("bearer" = [])),
    responses(
        (status = 200, description = "The caller and his account", body = Me),
        (status = "4XX", description = "Refused: `unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/me")]
pub(super) async fn show_me(
    request: HttpRequest,
    app: Data<App>,
    caller: UserCaller,
) -> Result<HttpResponse, Problem> {
    let (account, me) =
        query(&app, async |tx| Ok((account::get(tx, caller.account).await?, user::get(tx, &caller).await?)))
            .await?;
    let (employee, contact) = match &me {
        User::Employee(it) => (Some(EmployeeView::of(&app, &account.name, it)), None),
        User::Contact(it) => (None, Some(ContactView::from(&**it))),
    };
    let view = Me { employee, contact, account: AccountView::of(&app, &account) };
    Ok(Answer::ok(&view)?.respond(&request))
}
