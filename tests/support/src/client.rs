//! Speaks HTTP as a user of the API does.

use std::{
    future::{Future, IntoFuture},
    net::IpAddr,
    pin::Pin,
};

use actix_web::{
    http::{
        Method,
        header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
    },
    test::TestRequest,
    web::Bytes,
};
use serde_json::Value;

use crate::{Answer, TestApp, contract::Contract, events::Events};

/// Somebody who calls the API, signed in or not.
#[derive(Clone)]
pub struct Client {
    pub app: TestApp,
    /// The access token, where he has signed in.
    pub token: Option<String>,
    pub refresh_token: String,
    /// The employee he is, as the API shows it; null where he has not signed in.
    pub me: Value,
    /// His account.
    pub account: Value,
}

impl Client {
    pub(crate) const fn new(app: TestApp) -> Self {
        Self { app, token: None, refresh_token: String::new(), me: Value::Null, account: Value::Null }
    }

    /// The same client with another access token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same client at another node.
    #[must_use]
    pub fn at(&self, node: &TestApp) -> Self {
        Self { app: node.clone(), ..self.clone() }
    }

    pub fn get(&self, path: impl Into<String>) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: impl Into<String>, body: Value) -> Call {
        self.call(Method::POST, path).json(&body)
    }

    pub fn put(&self, path: impl Into<String>, body: Value) -> Call {
        self.call(Method::PUT, path).json(&body)
    }

    pub fn patch(&self, path: impl Into<String>, body: Value) -> Call {
        self.call(Method::PATCH, path).json(&body)
    }

    pub fn delete(&self, path: impl Into<String>) -> Call {
        self.call(Method::DELETE, path)
    }

    /// A request without a body.
    pub fn call(&self, method: Method, path: impl Into<String>) -> Call {
        let request = Call {
            app: self.app.clone(),
            method,
            path: path.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            address: IpAddr::from([127, 0, 0, 1]),
        };
        match &self.token {
            Some(token) => request.header(AUTHORIZATION.as_str(), format!("Bearer {token}")),
            None => request,
        }
    }
}

/// A request; awaited, it is sent.
#[must_use]
pub struct Call {
    app: TestApp,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    address: IpAddr,
}

impl Call {
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn body(self, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self }.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Comes from this address; otherwise from this machine.
    pub fn from(self, address: impl Into<IpAddr>) -> Self {
        Self { address: address.into(), ..self }
    }

    /// Opens a stream of events, which has to be granted.
    pub async fn listen(self) -> Events {
        self.app.listen(self.request()).await
    }

    fn request(&self) -> TestRequest {
        let mut request = TestRequest::default()
            .method(self.method.clone())
            .uri(&self.path)
            .peer_addr((self.address, 50_000).into())
            .insert_header((ACCEPT, "application/json"));
        for (name, value) in &self.headers {
            request = request.append_header((name.as_str(), value.as_str()));
        }
        request.set_payload(self.body.clone())
    }

    async fn send(self) -> Answer {
        let mut answer = self.app.answer(self.request()).await;
        answer.request = format!("{} {}", self.method, self.path);
        Contract::shared(|contract| contract.judge(&self.method, &self.path, &self.body, &answer));
        answer
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
