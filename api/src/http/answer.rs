//! Answers that succeed: a body, perhaps a version and a place. Kept whole for repeated requests.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{ETag, LOCATION},
    },
};
use serde::{Deserialize, Serialize};

use super::precondition::{etag, is_known};
use crate::service::Failure;

/// An answer before it becomes a response.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    body: Option<String>,
    version: Option<i64>,
    location: Option<String>,
}

impl Answer {
    /// 200 with a body.
    pub fn ok(view: &impl Serialize) -> Result<Self, Failure> {
        Self::new(StatusCode::OK, view)
    }

    /// 201 with a body and, where one thing was made, its place.
    pub fn created(view: &impl Serialize, location: impl Into<Option<String>>) -> Result<Self, Failure> {
        Ok(Self { location: location.into(), ..Self::new(StatusCode::CREATED, view)? })
    }

    /// 202: it is kept and will be worked on.
    pub fn accepted(view: &impl Serialize) -> Result<Self, Failure> {
        Self::new(StatusCode::ACCEPTED, view)
    }

    /// 204.
    pub const fn no_content() -> Self {
        Self { status: 204, body: None, version: None, location: None }
    }

    fn new(status: StatusCode, view: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_string(view)
            .map_err(|error| Failure::internal("an answer can't be written as JSON", error))?;
        Ok(Self { status: status.as_u16(), body: Some(body), version: None, location: None })
    }

    /// Adds the version as `ETag`.
    #[must_use]
    pub const fn with_version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// The response; 304 where the caller has this version already (RFC 9110 §13.1.2).
    pub fn respond(self, request: &HttpRequest) -> HttpResponse {
        match self.version.map(etag) {
            Some(tag) if request.method().is_safe() && is_known(request, &tag) => {
                HttpResponse::NotModified().insert_header(ETag(tag)).finish()
            }
            _ => self.into_response(),
        }
    }

    /// The response, whatever the caller has.
    pub fn into_response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponseBuilder::new(status);
        if let Some(version) = self.version {
            response.insert_header(ETag(etag(version)));
        }
        if let Some(location) = self.location {
            response.insert_header((LOCATION, location));
        }
        match self.body {
            Some(body) => response.content_type("application/json").body(body),
            None => response.finish(),
        }
    }
}
