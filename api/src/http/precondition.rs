//! `ETag`, `If-Match` and `If-None-Match` (RFC 9110 §8.8.3, §13.1): a change of what somebody else changed meanwhile is
//! refused, and what the caller has already is not sent again.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{EntityTag, Header as _, IF_MATCH, IfNoneMatch},
};
use liaison_domain::refusal::Refusal;

use super::problem::Problem;
use crate::service::stale;

/// The `If-Match` of a request; absent and `*` match every version.
#[derive(Clone, Debug)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// Refuses where the thing is not at the version that the caller saw.
    pub fn check(&self, version: i64) -> Result<(), Refusal> {
        let current = etag(version).to_string();
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
pub fn etag(version: i64) -> EntityTag {
    EntityTag::new_strong(version.to_string())
}

/// Whether the caller has what this tag names already (`If-None-Match`).
pub fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|it| it.weak_eq(tag)),
        Err(_) => false,
    }
}
