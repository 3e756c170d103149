//! What the server answered, and how a test looks at it.

use std::fmt;

use actix_web::{http::header::HeaderMap, web::Bytes};
use serde_json::Value;

/// An answer, with the request that it is for.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The request line, for the words of a failure.
    pub(crate) request: String,
}

impl Answer {
    pub(crate) const fn new(status: u16, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers, body, request: String::new() }
    }

    /// Fails unless the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }

    /// The body of a refusal with this code.
    #[track_caller]
    pub fn problem(&self, code: &str) -> Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self}");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{self}");
        assert_eq!(problem["status"], self.status, "{self}");
        problem
    }

    /// Fails unless the request was refused with this code because of these fields: `[(pointer, field code)]`.
    #[track_caller]
    pub fn problem_at(&self, code: &str, fields: &[(&str, &str)]) {
        let problem = self.problem(code);
        let errors = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = errors.iter().map(|it| (it["pointer"].text(), it["code"].text()));
        assert_eq!(found.collect::<Vec<_>>(), fields, "{self}");
    }

    /// Fails unless the request was refused for this field among others.
    #[track_caller]
    pub fn problem_names(&self, pointer: &str, code: &str) {
        self.problem("validation_failed");
        assert!(self.names(pointer, code), "{pointer} is not {code}: {self}");
    }

    /// Whether the answer has something against this field.
    pub fn names(&self, pointer: &str, code: &str) -> bool {
        let body = self.json();
        let errors = body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().any(|it| it["pointer"] == pointer && it["code"] == code)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {} {}", self.request, self.status, String::from_utf8_lossy(&self.body))
    }
}

/// Short ways into JSON that must be there.
pub trait JsonExt {
    /// The text that this is.
    fn text(&self) -> &str;

    /// The text at `id`.
    fn id(&self) -> &str;

    /// The elements of the list at `items`.
    fn items(&self) -> &[Value];
}

impl JsonExt for Value {
    #[track_caller]
    fn text(&self) -> &str {
        self.as_str().unwrap_or_else(|| panic!("no text: {self}"))
    }

    #[track_caller]
    fn id(&self) -> &str {
        self["id"].as_str().unwrap_or_else(|| panic!("no id: {self}"))
    }

    #[track_caller]
    fn items(&self) -> &[Value] {
        self["items"].as_array().unwrap_or_else(|| panic!("no items: {self}"))
    }
}
