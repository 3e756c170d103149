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
        ready(read(request.query_string()).map(Self).map_err(Problem::from))
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, Refusal> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    // PostgreSQL keeps, and takes, no NUL in a text.
    if let Some((name, _)) = pairs.iter().find(|(_, value)| value.contains('\0')) {
        return Err(wrong(name, FieldCode::Invalid, "must not have control characters"));
    }
    serde_urlencoded::from_str(query).map_err(|error| refusal(&error.to_string()))
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
    wrong(name, code, detail)
}

fn wrong(name: &str, code: FieldCode, detail: &'static str) -> Refusal {
    Refusal::new(Code::ValidationFailed, "Some parameters are not as they must be.").at(
        format!("?{name}"),
        code,
        detail,
    )
}
