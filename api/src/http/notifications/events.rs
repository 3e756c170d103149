//! `GET /v1/notifications/events`: the caller's notices as Server-Sent Events (HTML Standard §9.2).

use std::{convert::Infallible, time::Duration};

use actix_web::{HttpRequest, HttpResponse, get, http::header, web::Data};
use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::stream;
use liaison_persistence::notification::{
    listeners::Listener,
    live::{Place, Since},
};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use utoipa::IntoParams;

use super::{NotificationView, summary, views};
use crate::{
    app::App,
    http::{
        problem::{Problem, ProblemView},
        query::Query,
        transact::query,
    },
    service::{
        Failure,
        caller::StaffCaller,
        notification::live::{self, EventId},
    },
};

/// Between two signs of life of a stream that has nothing to tell; less than what proxies wait for.
const BEAT: Duration = Duration::from_secs(15);
/// How long a client waits before it connects anew, in milliseconds.
const RETRY: u32 = 2_000;

/// Where the stream begins.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StreamNotifications {
    /// The same as `Last-Event-ID`, for who can't set a header; the header is stronger.
    last_event_id: Option<String>,
}

/// `Last-Event-ID`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
struct LastEventIdParam {
    /// The last event that the caller had; the stream goes on after it. Without it, it begins now.
    #[param(rename = "Last-Event-ID")]
    #[expect(dead_code, reason = "documents a header")]
    id: Option<String>,
}

/// Listen to the caller's notifications
///
/// Server-Sent Events, until the session ends. `summary` comes first: `{"unread": 3}`. `notification.created` tells of a new
/// notice and `notification.read` that one was read, here or by another device: `{"notification": {…}, "unread": 3}`, each
/// in the order in which they happened, none twice. What the caller may not see is left out, as in the list.
#[utoipa::path(
    operation_id = "stream_notifications", tag = "notifications", security(("bearer" = [])),
    params(StreamNotifications, LastEventIdParam),
    responses(
        (status = 200, description = "A stream of events", body = String, content_type = "text/event-stream"),
        (status = "4XX", description = "Refused: `unauthenticated`, `not_found`, `validation_failed`, `too_many_streams`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[get("/v1/notifications/events")]
pub(super) async fn stream_notifications(
    request: HttpRequest,
    app: Data<App>,
    caller: StaffCaller,
    parameters: Query<StreamNotifications>,
) -> Result<HttpResponse, Problem> {
    let named = request.headers().get("last-event-id").and_then(|it| it.to_str().ok());
    let named = named.filter(|it| !it.is_empty()).or(parameters.0.last_event_id.as_deref());
    let last = named.map(str::parse::<EventId>).transpose()?;
    let listener = live::listen(&app, &caller)?;
    let (place, first) = query(&app, async |tx| {
        let place = live::begin(tx, &caller, last).await?;
        let mut first = BytesMut::from(format!("retry: {RETRY}\n\n").as_bytes());
        write(&mut first, None, "summary", &summary(tx, &caller).await?)?;
        Ok((place, first.freeze()))
    })
    .await?;
    let mut beat = interval_at(Instant::now() + BEAT, BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let told = Told { app, caller, listener, place, beat, first: Some(first), may_have_more: true };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Compressed or gathered, events would wait for one another.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(stream::unfold(told, Told::next)))
}

/// A notice that was told or read.
#[derive(Debug, Serialize)]
struct NotificationEvent<'a> {
    notification: &'a NotificationView,
    unread: i64,
}

/// An open stream.
struct Told {
    app: Data<App>,
    caller: StaffCaller,
    listener: Listener,
    /// Everything up to here was told.
    place: Place,
    beat: Interval,
    first: Option<Bytes>,
    may_have_more: bool,
}

impl Told {
    /// The next bytes; none where the stream is over. The client connects anew then, and is told what it missed.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if let Some(first) = self.first.take() {
            return Some((Ok(first), self));
        }
        loop {
            if self.may_have_more {
                match self.read().await {
                    Ok(events) if events.is_empty() => {}
                    Ok(events) => return Some((Ok(events), self)),
                    Err(Failure::Refused(_)) => return None,
                    Err(failure) => {
                        tracing::error!(error = failure.chain(), "a stream of notifications is cut");
                        return None;
                    }
                }
            } else {
                tokio::select! {
                    is_rung = self.listener.is_rung() => {
                        if !is_rung {
                            return None;
                        }
                        self.may_have_more = true;
                    }
                    _ = self.beat.tick() => return Some((Ok(Bytes::from_static(b":\n\n")), self)),
                }
            }
        }
    }

    /// The events since the last ones; who the caller is by now decides what he sees.
    async fn read(&mut self) -> Result<Bytes, Failure> {
        let mut tx = self.app.database.read().await?;
        let (account, session) = (self.caller.account, self.caller.session);
        self.caller = StaffCaller::of_session(&mut tx, account, session, self.app.env.now()).await?;
        let Since { notices, last, is_cut } = live::list_since(&mut tx, &self.caller, self.place).await?;
        let mut events = BytesMut::new();
        if !notices.is_empty() {
            let unread = summary(&mut tx, &self.caller).await?.unread;
            for view in views(&mut tx, account, notices).await? {
                let id = EventId { notice: view.id.into(), read: view.read };
                let name = if view.read { "notification.read" } else { "notification.created" };
                write(&mut events, Some(id), name, &NotificationEvent { notification: &view, unread })?;
            }
        }
        self.place = last.unwrap_or(self.place);
        self.may_have_more = is_cut;
        Ok(events.freeze())
    }
}

/// Writes an event; its data is one line, for JSON has no other line ends than escaped ones.
fn write(to: &mut BytesMut, id: Option<EventId>, name: &str, data: &impl Serialize) -> Result<(), Failure> {
    if let Some(id) = id {
        to.put_slice(format!("id: {id}\n").as_bytes());
    }
    to.put_slice(format!("event: {name}\ndata: ").as_bytes());
    let data = serde_json::to_vec(data)
        .map_err(|error| Failure::internal("an event can't be written as JSON", error))?;
    to.put_slice(&data);
    to.put_slice(b"\n\n");
    Ok(())
}
