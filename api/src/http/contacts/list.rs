//! `GET /v1/contacts`

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use liaison_domain::{
    id::{ContactGroupId, PersonId},
    mail_address::EmailAddress,
};
use liaison_persistence::contact::Filter;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::ContactView;
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
    service::{caller::StaffCaller, contact},
};

/// Which contacts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListContacts {
    /// Part of the name, any case.
    q: Option<String>,
    /// A whole address, main or further.
    email: Option<String>,
    /// `true`: those whose mail is rejected; `false`: the others.
    spam: Option<String>,
    /// A company's id: those who belong to it.
    company: Option<String>,
    /// A group's id: those who are in it.
    group: Option<String>,
    /// `true`: companies; `false`: persons.
    is_company: Option<String>,
    /// 1–200, default 50.
    limit: Option<String>,
    /// From `next_cursor`.
    cursor: Option<String>,
}

/// List contacts
///
/// Newest first.
#[utoipa::path(
    operation_id = "list_contacts", tag = "contacts", security(("bearer" = [])),
    params(ListContacts),
    responses(
        (status = 200, description = "A page", body = PageView<ContactView>),
        (status = "4XX", description = "Refused: `unauthenticated`, `validation_failed`, `invalid_cursor`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/contacts")]
pub(super) async fn list_contacts(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<ListContacts>,
) -> Result<HttpResponse, Problem> {
    let ListContacts { q, email, spam, company, group, is_company, limit, cursor } = parameters.0;
    let page = page::request(limit.as_deref(), cursor.as_deref())?;
    let mut fields = Fields::default();
    let q = fields.search("?q", q);
    let email = email.and_then(|it| fields.read("?email", EmailAddress::parse(&it)));
    let spam = spam.and_then(|it| fields.read("?spam", it.parse::<bool>()));
    let company = company.and_then(|it| fields.read("?company", it.parse::<Uuid>())).map(PersonId::new);
    let group = group.and_then(|it| fields.read("?group", it.parse::<Uuid>())).map(ContactGroupId::new);
    let is_company = is_company.and_then(|it| fields.read("?is_company", it.parse::<bool>()));
    fields.finish()?;
    let filter = Filter { q, email, spam, company, group, is_company };
    let contacts = query(&app, async |tx| contact::list(tx, &caller, &filter, page).await).await?;
    Ok(Answer::ok(&PageView::of(contacts, |it| ContactView::from(&it)))?.respond(&request))
}
