//! Uploads, as a browser's form sends them.

use actix_web::{http::Method, web::Bytes};
use serde_json::Value;

use crate::{Call, Client, JsonExt as _};

/// The parts of a `multipart/form-data` body (RFC 7578).
pub struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    /// A form whose parts are told apart by this boundary.
    pub fn new(boundary: &str) -> Self {
        Self { boundary: boundary.to_owned(), body: Vec::new() }
    }

    /// Adds a file to the field `file`.
    #[must_use]
    pub fn file(self, name: &str, content: &[u8]) -> Self {
        self.part(&format!("name=\"file\"; filename=\"{name}\""), content)
    }

    /// Adds a part with these parameters of its `Content-Disposition`.
    #[must_use]
    pub fn part(mut self, parameters: &str, content: &[u8]) -> Self {
        let head = format!("--{}\r\nContent-Disposition: form-data; {parameters}\r\n\r\n", self.boundary);
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// Its `Content-Type` and its body.
    pub fn finish(mut self) -> (String, Bytes) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body.into())
    }
}

impl Client {
    /// Sends a form of files.
    pub fn send_form(&self, form: Form) -> Call {
        let (content_type, body) = form.finish();
        self.call(Method::POST, "/v1/files").body(&content_type, body)
    }

    /// Uploads one file and gives it as the API shows it.
    pub async fn upload(&self, name: &str, content: &[u8]) -> Value {
        let made = self.send_form(Form::new("limit").file(name, content)).await.expect(201).json();
        made.items()[0].clone()
    }
}
