//! Telling people at once of what they are told: a stream of their notices in the order of commits, from any place in it.
//!
//! A stream waits for its [`Listener`] and reads then. [`run`] looks for all streams of a node together: who may not go on
//! any more, and what other nodes committed.

use std::{convert::Infallible, fmt, str::FromStr, time::Duration};

use liaison_domain::{
    id::NotificationId,
    refusal::{Code, FieldCode, Refusal},
};
use liaison_persistence::{
    database::Tx,
    notification::{
        listeners::{Limits, Listener, NoRoom},
        live::{self, ListeningSession, Place, Since},
    },
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    app::App,
    service::{Failure, caller::StaffCaller},
};

/// Streams that may be open at once on a node.
pub const LIMITS: Limits = Limits { of_person: 8, in_all: 1_000 };
/// Between two looks at what other nodes did.
const PAUSE: Duration = Duration::from_secs(1);
/// Notices that are looked at in one go.
const MOST: i64 = 100;

/// Names an event: that somebody was told of a notice, or that he has read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventId {
    pub notice: NotificationId,
    pub read: bool,
}

/// What is added to the notice's id where it was read.
const READ: &str = ":read";

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.notice, if self.read { READ } else { "" })
    }
}

impl FromStr for EventId {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let (id, read) = text.strip_suffix(READ).map_or((text, false), |id| (id, true));
        let id = Uuid::try_parse(id).map_err(|_malformed| {
            let refusal = Refusal::new(Code::ValidationFailed, "The request has fields that are not valid.");
            refusal.at("?last_event_id", FieldCode::Invalid, "must be the id of an event")
        })?;
        Ok(Self { notice: NotificationId::new(id), read })
    }
}

/// Lets the caller listen on behalf of his session.
pub fn listen(app: &App, caller: &StaffCaller) -> Result<Listener, Refusal> {
    let session = ListeningSession { account: caller.account, id: caller.session };
    app.database.listeners().listen(caller.employee, session, LIMITS).map_err(|why| match why {
        NoRoom::Full => {
            Refusal::new(Code::TooManyStreams, "As many streams are open as may be; close one or wait.")
        }
        NoRoom::Closed => Refusal::new(Code::Unavailable, "The server is about to stop."),
    })
}

/// Where a stream begins: after the last event that the caller had, or after everything that is there.
pub async fn begin(tx: &mut dyn Tx, caller: &StaffCaller, last: Option<EventId>) -> Result<Place, Failure> {
    let Some(EventId { notice, read }) = last else {
        return Ok(live::last_place(tx, caller.account).await?);
    };
    let found = live::find_place(tx, caller.account, caller.employee, notice, read).await?;
    Ok(found.ok_or_else(|| Refusal::unknown_id("?last_event_id"))?)
}

/// What the caller was told and has read since.
pub async fn list_since(tx: &mut dyn Tx, caller: &StaffCaller, after: Place) -> Result<Since, Failure> {
    Ok(live::list_since(tx, caller.account, caller.scope(), after, MOST).await?)
}

/// Looks for all streams of this node until told to stop, and ends them then.
pub async fn run(app: &App, stop: CancellationToken) {
    let looking = async || -> Infallible {
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(failure) = look(app).await {
                tracing::error!(error = failure.chain(), "can't look for what other nodes did");
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => app.database.listeners().close(),
        never = looking() => match never {},
    }
}

/// Ends the streams of sessions that have ended, and wakes those whose account has come further on another node.
pub async fn look(app: &App) -> Result<(), Failure> {
    let listeners = app.database.listeners();
    let asked = listeners.sessions();
    if asked.is_empty() {
        return Ok(());
    }
    let mut tx = app.database.read_once().await?;
    let living = live::list_living(&mut tx, asked.iter().copied(), app.env.now()).await?;
    listeners.hear(&asked, &living);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_named_by_its_notice() {
        let id = "01920000-0000-7000-8000-000000000001";
        for (text, read) in [(id.to_owned(), false), (format!("{id}:read"), true)] {
            let parsed: EventId = text.parse().unwrap();
            assert_eq!((parsed.read, parsed.to_string()), (read, text));
        }
        for bent in ["", ":read", "7", "01920000-0000-7000-8000-000000000001:unread"] {
            assert_eq!(bent.parse::<EventId>().unwrap_err().code, Code::ValidationFailed, "{bent}");
        }
    }
}
