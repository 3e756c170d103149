//! How many messages are on their way at once, so that one whose server hangs leaves the way free for the others' (R38).

use std::sync::Arc;

use liaison_domain::id::{AccountId, MailboxId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::worker::quota::Quota;

/// Messages that are on their way by one external mailbox: providers allow few connections.
const PER_MAILBOX: usize = 4;
/// Messages that are on their way by external mailboxes, for each that may be by the server's own way. Much more than
/// enough: what hangs here takes nothing from those.
const OUTSIDE: usize = 8;

/// How a message leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Route {
    /// By the server's own way, in this account's share of it.
    Own(AccountId),
    /// By an external mailbox.
    Mailbox(MailboxId),
}

/// How many messages are on their way at once: in all, and by each route.
#[derive(Debug)]
pub(in crate::worker) struct Slots {
    own: Arc<Semaphore>,
    outside: Arc<Semaphore>,
    of_route: Quota<Route>,
    per_account: usize,
}

/// The right to have one message on its way.
#[derive(Debug)]
pub(super) struct Slot(#[expect(dead_code, reason = "held, not read")] [OwnedSemaphorePermit; 2]);

impl Slots {
    pub(in crate::worker) fn new(concurrency: usize) -> Self {
        Self {
            own: Arc::new(Semaphore::new(concurrency)),
            outside: Arc::new(Semaphore::new(concurrency * OUTSIDE)),
            of_route: Quota::default(),
            per_account: concurrency.div_ceil(4),
        }
    }

    pub(super) async fn take(&self, route: Route) -> Option<Slot> {
        let (limit, shared) = self.of(route);
        let own = self.of_route.of(route, limit).acquire_owned().await.ok()?;
        let shared = shared.clone().acquire_owned().await.ok()?;
        Some(Slot([own, shared]))
    }

    pub(super) fn try_take(&self, route: Route) -> Option<Slot> {
        let (limit, shared) = self.of(route);
        let own = self.of_route.of(route, limit).try_acquire_owned().ok()?;
        let shared = shared.clone().try_acquire_owned().ok()?;
        Some(Slot([own, shared]))
    }

    const fn of(&self, route: Route) -> (usize, &Arc<Semaphore>) {
        match route {
            Route::Own(_) => (self.per_account, &self.own),
            Route::Mailbox(_) => (PER_MAILBOX, &self.outside),
        }
    }
}
