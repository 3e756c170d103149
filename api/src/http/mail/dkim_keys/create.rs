//! `POST /v1/mail/dkim-keys`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{dkim::DkimAlgorithm, refusal::Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

use super::DkimKeyView;
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::{mutate, scope_of},
    },
    service::{account, caller::StaffCaller, dkim_key},
};

/// A new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateDkimKey {
    /// `rsa2048`, which every verifier knows and is the default, or `ed25519`.
    #[serde(default)]
    #[schema(example = "rsa2048")]
    algorithm: Option<String>,
}

/// Make a signing key
///
/// From now on every mail that leaves by the server's own way is signed with it too (DKIM, RFC 6376). Publish `record`; until
/// it stands in the DNS, mails count as if they were not signed with this key. At most four. For administrators.
#[utoipa::path(
    operation_id = "create_dkim_key", tag = "mail", security(("bearer" = [])),
    params(crate::http::openapi::IdempotencyKeyParam),
    request_body = CreateDkimKey,
    responses(
        (status = 201, description = "Made", body = DkimKeyView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `validation_failed`, `too_many_keys`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mail/dkim-keys")]
pub(super) async fn create_dkim_key(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CreateDkimKey>,
) -> Result<HttpResponse, Problem> {
    let new = dkim_key::generate(&caller, command.body.read()?).await?;
    mutate(&app, scope_of(&caller), command.idempotency, async |tx| {
        let key = dkim_key::create(tx, &app, &caller, &new).await?;
        let account = account::get(tx, caller.account).await?;
        Answer::created(&DkimKeyView::of(&app, &account, key), None)
    })
    .await
}

impl CreateDkimKey {
    fn read(self) -> Result<DkimAlgorithm, Refusal> {
        let mut fields = Fields::default();
        let algorithm = self.algorithm.map(|it| fields.read("/algorithm", it.parse()));
        fields.finish()?;
        Ok(algorithm.flatten().unwrap_or(DkimAlgorithm::Rsa2048))
    }
}
