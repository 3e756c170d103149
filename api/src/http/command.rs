//! The body of a request that changes something, with its idempotency key.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{CONTENT_TYPE, HeaderName},
    web::{BytesMut, Data},
};
use futures_util::StreamExt as _;
use liaison_domain::refusal::{Code, FieldCode, Refusal};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::problem::Problem;
use crate::app::App;

/// Largest JSON body in bytes.
pub const MAX_JSON_BYTES: usize = 1024 * 1024;
/// Longest idempotency key in characters.
pub const MAX_KEY_CHARS: usize = 255;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request's body, read and checked for its shape. No body counts as `{}`.
#[derive(Debug)]
pub struct Command<T> {
    pub body: T,
    pub idempotency: Option<IdempotencyKey>,
}

/// What the caller calls this request, and what the request was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    pub key: String,
    /// SHA-256 over method, path with query, and body.
    pub request_hash: Vec<u8>,
}

/// The body of an action: none, or `{}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

impl<T: DeserializeOwned + 'static> FromRequest for Command<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = read(payload, MAX_JSON_BYTES).await?;
            if !bytes.is_empty() {
                require_json(&request)?;
            }
            let idempotency = IdempotencyKey::of(&request, &bytes)?;
            let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
            Ok(Self { body: parse(text)?, idempotency })
        })
    }
}

impl IdempotencyKey {
    /// Reads the header; the key is bound to the whole request.
    pub fn of(request: &HttpRequest, body: &[u8]) -> Result<Option<Self>, Refusal> {
        let Some(header) = request.headers().get(&IDEMPOTENCY_KEY) else { return Ok(None) };
        let key = header.to_str().unwrap_or_default();
        if key.is_empty() || key.len() > MAX_KEY_CHARS {
            let detail = "Idempotency-Key is 1 to 255 printable ASCII characters.";
            return Err(Refusal::new(Code::ValidationFailed, detail));
        }
        let mut hash = Sha256::new();
        for part in [request.method().as_str().as_bytes(), request.uri().to_string().as_bytes(), body] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Ok(Some(Self { key: key.to_owned(), request_hash: hash.finalize().to_vec() }))
    }
}

/// Reads a body that is kept in memory.
pub async fn read(mut payload: Payload, max: usize) -> Result<BytesMut, Refusal> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let cut = |_source| Refusal::new(Code::MalformedJson, "The body ended too early.");
        let chunk = chunk.map_err(cut)?;
        if bytes.len() + chunk.len() > max {
            return Err(Refusal::new(Code::PayloadTooLarge, "The body is larger than this route takes."));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn require_json(request: &HttpRequest) -> Result<(), Refusal> {
    let header = request.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let essence = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || essence == "application/merge-patch+json" {
        return Ok(());
    }
    Err(Refusal::new(Code::UnsupportedMediaType, "The body must be application/json."))
}

/// Reads JSON; what is no JSON is malformed, what has other fields than it should is refused naming the field.
pub fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Refusal> {
    if text.trim_ascii_start().first() == Some(&b'[') {
        // A struct would take the elements for its fields.
        return Err(shape_refusal("", "not an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = pointer(error.path());
        let inner = error.into_inner();
        // A number where a name belongs is told like a syntax error.
        if inner.is_data() || serde_json::from_slice::<IgnoredAny>(text).is_ok() {
            shape_refusal(&path, &inner.to_string())
        } else {
            Refusal::new(Code::MalformedJson, "The body is not JSON.")
        }
    })?;
    json.end().map_err(|_source| Refusal::new(Code::MalformedJson, "The body goes on after its JSON."))?;
    Ok(value)
}

/// A JSON Pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => {}
        }
    }
    pointer
}

/// Tells a missing, an unknown and a wrong field apart by serde's words, which are part of its interface.
fn shape_refusal(path: &str, message: &str) -> Refusal {
    let named = message.split('`').nth(1).unwrap_or_default();
    let (pointer, code, detail) = if message.starts_with("missing field") {
        (format!("{path}/{named}"), FieldCode::Required, "is required")
    } else if message.starts_with("unknown field") {
        (path.to_owned(), FieldCode::UnknownField, "is not a field of this body")
    } else if message.starts_with("duplicate field") {
        (format!("{path}/{named}"), FieldCode::Invalid, "stands there twice")
    } else {
        (path.to_owned(), FieldCode::WrongType, "is of another type than the documented one")
    };
    Refusal::new(Code::ValidationFailed, "Some fields are missing or not as they must be.")
        .at(pointer, code, detail)
}

/// The application, from a request.
pub fn app(request: &HttpRequest) -> Result<&Data<App>, crate::service::Failure> {
    request
        .app_data::<Data<App>>()
        .ok_or(crate::service::Failure::Internal("the application is not set up", None))
}
