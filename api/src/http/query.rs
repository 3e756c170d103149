//! Query parameters. Unknown ones are refused like unknown fields; each value is read with its name at hand.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use liaison_domain::refusal::{Code, FieldCode, Refusal};
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The parameters of a request, as a struct of optional strings.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let read = serde_urlencoded::from_str(request.query_string());
        ready(read.map(Self).map_err(|error| refusal(&error.to_string()).into()))
    }
}

fn refusal(message: &str) -> Refusal {
    let name = message.split('`').nth(1).unwrap_or_default();
    let (code, detail) = if message.starts_with("unknown field") {
        (FieldCode::UnknownField, "is not a parameter of this operation")
    } else if message.starts_with("missing field") {
        (FieldCode::Required, "is required")
    } else {
        (FieldCode::Invalid, "stands there twice or is not readable")
    };
    Refusal::new(Code::ValidationFailed, "Some parameters are not as they must be.").at(
        format!("?{name}"),
        code,
        detail,
    )
}
