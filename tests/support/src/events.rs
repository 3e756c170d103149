//! Server-Sent Events as a browser reads them (HTML Standard §9.2).

use std::{collections::VecDeque, future::poll_fn, pin::Pin};

use actix_web::{
    HttpResponse,
    body::{BoxBody, MessageBody as _},
    http::header::CONTENT_TYPE,
    web::Bytes,
};
use serde_json::Value;

/// An open stream.
pub struct Events {
    body: Pin<Box<BoxBody>>,
    read: VecDeque<Event>,
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Empty where it has none.
    pub id: String,
    pub name: String,
    pub data: Value,
}

impl Events {
    pub(crate) fn are_in(response: &HttpResponse) -> bool {
        response.headers().get(CONTENT_TYPE).is_some_and(|it| it == "text/event-stream")
    }

    #[track_caller]
    pub(crate) fn of(response: HttpResponse) -> Self {
        assert!(Self::are_in(&response), "no stream of events: {response:?}");
        Self { body: Box::pin(response.into_body()), read: VecDeque::new() }
    }

    /// What the server writes next; none where the stream is over.
    pub(crate) async fn chunk(&mut self) -> Option<Bytes> {
        poll_fn(|context| self.body.as_mut().poll_next(context)).await.map(Result::unwrap)
    }

    /// The next event; none where the stream is over. Comments are passed over.
    pub async fn next(&mut self) -> Option<Event> {
        while self.read.is_empty() {
            let chunk = self.chunk().await?;
            let text = std::str::from_utf8(&chunk).unwrap();
            assert!(text.ends_with("\n\n"), "events are written whole: {text}");
            self.read.extend(text.split_terminator("\n\n").filter_map(Event::read));
        }
        self.read.pop_front()
    }
}

impl Event {
    /// None where it has no data.
    fn read(text: &str) -> Option<Self> {
        let field = |name: &str| {
            let mut lines = text.lines().filter_map(|it| it.split_once(": "));
            lines.find(|it| it.0 == name).map(|it| it.1.to_owned())
        };
        Some(Self {
            data: serde_json::from_str(&field("data")?).unwrap(),
            id: field("id").unwrap_or_default(),
            name: field("event").unwrap_or_default(),
        })
    }
}
