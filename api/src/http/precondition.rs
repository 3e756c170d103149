//! `ETag` and `If-Match` (RFC 9110 §8.8.3, §13.1.1): a change of what somebody else changed meanwhile is refused.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::IF_MATCH};
use liaison_domain::refusal::Refusal;

use super::problem::Problem;
use crate::service::stale;

/// The `If-Match` of a request; absent and `*` match every version.
#[derive(Clone, Debug)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// Refuses where the thing is not at the version that the caller saw.
    pub fn check(&self, version: i64) -> Result<(), Refusal> {
        let current = etag(version);
        let matches = |tags: &str| tags.split(',').any(|tag| tag.trim() == "*" || tag.trim() == current);
        match &self.0 {
            Some(tags) if !matches(tags) => Err(stale()),
            _ => Ok(()),
        }
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let header = request.headers().get(IF_MATCH).and_then(|it| it.to_str().ok());
        ready(Ok(Self(header.map(ToOwned::to_owned))))
    }
}

/// The tag of a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}
