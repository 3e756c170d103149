//! `DELETE /v1/virtual-addresses/{id}`

use actix_web::{
    HttpResponse, delete,
    web::{Data, Path},
};
use liaison_domain::id::VirtualAddressId;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        problem::{Problem, ProblemView},
        transact::no_content,
    },
    service::{caller::StaffCaller, virtual_address},
};

/// Delete a virtual address
///
/// It takes no more mail from then on; the tasks that came by it stay. For administrators.
#[utoipa::path(
    operation_id = "delete_virtual_address", tag = "mail", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The address")),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[delete("/v1/virtual-addresses/{id}")]
pub(super) async fn delete_virtual_address(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    no_content(&app, &caller, async |tx| {
        virtual_address::delete(tx, &app.env, &caller, VirtualAddressId::new(*id)).await
    })
    .await
}
