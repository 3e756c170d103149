//! Errors as callers see them: `application/problem+json` (RFC 9457). The only place that knows status codes.

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use liaison_domain::refusal::{Code, FieldCode, FieldRefusal, Refusal};
use liaison_persistence::error::StorageError;
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{Object, ObjectBuilder, Type},
};

use super::request_id;
use crate::service::Failure;

/// What a request gets that is not answered.
#[derive(Debug)]
pub struct Problem(Failure);

impl<E: Into<Failure>> From<E> for Problem {
    fn from(failure: E) -> Self {
        Self(failure.into())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The body of an error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// `urn:liaison:problem:<code>`
    #[serde(rename = "type")]
    kind: String,
    /// The code in words.
    title: String,
    /// The HTTP status, again.
    status: u16,
    /// A sentence for the developer; absent where the cause is ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Stable; programs decide by it.
    #[schema(schema_with = codes)]
    code: &'static str,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblemView>,
    /// Names this request in the server's log.
    request_id: String,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldProblem)]
pub struct FieldProblemView {
    /// A JSON Pointer into the body (RFC 6901), or `?name` for a query parameter.
    pointer: String,
    /// Stable; programs decide by it.
    #[schema(schema_with = field_codes)]
    code: &'static str,
    /// A sentence for the developer.
    detail: String,
}

fn codes() -> Object {
    one_of(Code::ALL.iter().map(|it| it.as_str()))
}

fn field_codes() -> Object {
    one_of(FieldCode::ALL.iter().map(|it| it.as_str()))
}

fn one_of(names: impl Iterator<Item = &'static str>) -> Object {
    let description = "Stable; programs decide by it.";
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(names))
        .build()
}

impl From<&FieldRefusal> for FieldProblemView {
    fn from(field: &FieldRefusal) -> Self {
        Self { pointer: field.pointer.clone(), code: field.code.as_str(), detail: field.detail.to_string() }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status_of(self.code())
    }

    fn error_response(&self) -> HttpResponse {
        let (code, status) = (self.code(), self.status_code());
        let refusal = self.refusal();
        if status.is_server_error() {
            tracing::error!(error = %self.0.chain(), "request failed");
        }
        let mut response = HttpResponse::build(status);
        if matches!(code, Code::RateLimited | Code::TooManyStreams | Code::Unavailable) {
            response.insert_header(("Retry-After", "5"));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header(("WWW-Authenticate", "Bearer"));
        }
        response.content_type("application/problem+json").json(ProblemView {
            kind: format!("urn:liaison:problem:{code}"),
            title: code.as_str().replace('_', " "),
            status: status.as_u16(),
            detail: refusal.map(|it| it.detail.to_string()),
            code: code.as_str(),
            errors: refusal.map(|it| it.fields.iter().map(Into::into).collect()).unwrap_or_default(),
            request_id: request_id::current(),
        })
    }
}

impl Problem {
    fn code(&self) -> Code {
        match &self.0 {
            Failure::Refused(refusal) => refusal.code,
            Failure::Storage(
                StorageError::Busy(_) | StorageError::Unavailable(_) | StorageError::Conflict(_),
            ) => Code::Unavailable,
            Failure::Storage(_) | Failure::Internal(..) => Code::Internal,
        }
    }

    const fn refusal(&self) -> Option<&Refusal> {
        match &self.0 {
            Failure::Refused(refusal) => Some(refusal),
            Failure::Storage(_) | Failure::Internal(..) => None,
        }
    }
}

/// The one table of status codes.
const fn status_of(code: Code) -> StatusCode {
    match code {
        Code::MalformedJson | Code::MalformedMultipart => StatusCode::BAD_REQUEST,
        Code::Unauthenticated
        | Code::InvalidCredentials
        | Code::InvalidRefreshToken
        | Code::InvalidLink
        | Code::InvalidSignature => StatusCode::UNAUTHORIZED,
        Code::Forbidden | Code::LinkForbiddenByPolicy | Code::SignupClosed => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::RawGone => StatusCode::GONE,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::AccountNameTaken
        | Code::EmailTaken
        | Code::LoginTaken
        | Code::LocalPartTaken
        | Code::AlreadyEmployed
        | Code::AlreadyLinked
        | Code::AccessExists
        | Code::NotAccepted
        | Code::AlreadyAccepted
        | Code::ContactIsSpam
        | Code::LinkCycle
        | Code::LinkEnded
        | Code::OwnerRequired
        | Code::NotRetryable
        | Code::NotUndoable
        | Code::AlreadySent
        | Code::NotSent
        | Code::TaskNotNew
        | Code::TooManyStatuses
        | Code::StatusInUse
        | Code::TooManyKeys
        | Code::TemplateInUse
        | Code::NotReleasable
        | Code::InvalidSender => StatusCode::CONFLICT,
        Code::StaleVersion => StatusCode::PRECONDITION_FAILED,
        Code::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        Code::ValidationFailed
        | Code::InvalidCursor
        | Code::ContactNotSelectable
        | Code::NoAddress
        | Code::AssignerRequired
        | Code::ChecklistFull
        | Code::TemplateFailed
        | Code::UnknownRecipient
        | Code::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        Code::RateLimited | Code::TooManyStreams => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
