//! Whether the name servers answer at all. Where none does, a mail that waits for them waits in vain, and thousands of
//! mails would wait one after another.
//!
//! Asked for is the root, which every resolver knows by heart: a domain whose servers are slow or broken, perhaps on
//! purpose, changes nothing here.

use std::time::Duration;

use mail_auth::{
    MessageAuthenticator,
    hickory_resolver::{
        net::NetError,
        proto::rr::{Name, RecordType},
    },
};
use tokio::{sync::watch, time::sleep};

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(30);

/// What was found at the last look.
#[derive(Clone, Debug)]
pub(super) struct Pulse(watch::Receiver<Option<bool>>);

impl Pulse {
    /// Looks now and then, until the last clone is dropped. The resolver must not remember answers.
    pub(super) fn watch(resolver: MessageAuthenticator) -> Self {
        let (found, pulse) = watch::channel(None);
        tokio::spawn(async move {
            loop {
                let answer = resolver.0.lookup(Name::root(), RecordType::NS).await;
                let is_there = matches!(answer, Ok(_) | Err(NetError::Dns(_)));
                if found.send_replace(Some(is_there)).unwrap_or(true) != is_there {
                    tracing::warn!(is_there, "whether a name server answers has changed");
                }
                tokio::select! {
                    () = found.closed() => break,
                    () = sleep(PAUSE) => {}
                }
            }
        });
        Self(pulse)
    }

    /// Waits for the first look only.
    pub(super) async fn is_there(&self) -> bool {
        let mut pulse = self.0.clone();
        // The task ends with the runtime, and so does whoever waits here.
        let found = pulse.wait_for(Option::is_some).await;
        found.is_ok_and(|it| *it == Some(true))
    }
}
