//! `POST /v1/contacts:check`

use actix_web::{HttpResponse, post, web::Data};
use liaison_domain::{
    contact::{NamePart, NameParts, Phone},
    refusal::Refusal,
    text::Name,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    input::{PhoneInput, read_phones},
    warning,
};
use crate::{
    app::App,
    http::{
        answer::Answer,
        command::Command,
        fields::Fields,
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{
        caller::StaffCaller,
        contact::resemblance::{self, Typed},
    },
    view::warning::WarningView,
};

/// What is typed of a contact so far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckContact {
    /// At most 250 characters; where no part of a name is given, its words are taken for the parts.
    #[schema(max_length = 250)]
    name: Option<String>,
    /// At most 100 characters.
    #[schema(max_length = 100)]
    first_name: Option<String>,
    /// At most 100 characters.
    #[schema(max_length = 100)]
    middle_name: Option<String>,
    /// At most 100 characters.
    #[schema(max_length = 100)]
    last_name: Option<String>,
    #[serde(default)]
    is_company: bool,
    /// At most 50.
    #[serde(default)]
    #[schema(max_items = 50)]
    phones: Vec<PhoneInput>,
}

/// Who might be the same.
#[derive(Debug, Serialize, ToSchema)]
struct ContactCheck {
    /// At most 10, each naming a contact: `same_phone`, `similar_name`.
    warnings: Vec<WarningView>,
}

/// Ask who might be the same
///
/// Nothing is written. A first name matches a part of another, middle and last names match as they are, and every name that both
/// have must match (DUP-4). Phone numbers match however they are written.
#[utoipa::path(
    operation_id = "check_contact", tag = "contacts", security(("bearer" = [])),
    request_body = CheckContact,
    responses(
        (status = 200, description = "The warnings", body = ContactCheck),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/contacts:check")]
pub(super) async fn check_contact(
    app: Data<App>,
    caller: StaffCaller,
    command: Command<CheckContact>,
) -> Result<HttpResponse, Problem> {
    let is_company = command.body.is_company;
    let (name, parts, phones) = command.body.read()?;
    let typed = Typed { id: None, name: name.as_ref(), parts: &parts, is_company, phones: &phones };
    let alike = query(&app, async |tx| resemblance::find(tx, &caller, &typed).await).await?;
    let warnings = alike.into_iter().map(warning).collect();
    Ok(Answer::ok(&ContactCheck { warnings })?.into_response())
}

impl CheckContact {
    fn read(self) -> Result<(Option<Name>, NameParts, Vec<Phone>), Refusal> {
        let mut fields = Fields::default();
        let typed = |text: Option<String>| text.filter(|it| !it.trim().is_empty());
        let mut part =
            |pointer, text| typed(text).and_then(|it: String| fields.read(pointer, NamePart::parse(&it)));
        let parts = NameParts {
            first: part("/first_name", self.first_name),
            middle: part("/middle_name", self.middle_name),
            last: part("/last_name", self.last_name),
        };
        let name = typed(self.name).and_then(|it| fields.read("/name", Name::parse(&it)));
        let phones = read_phones(&mut fields, self.phones);
        fields.finish()?;
        Ok((name, parts, phones))
    }
}
