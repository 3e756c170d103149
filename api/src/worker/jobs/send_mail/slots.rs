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

/// Messages of a route that are begun for each that may be on its way: the next one is marked already when one has
/// arrived, so that nobody waits for the disk.
const AHEAD: usize = 2;

/// How many messages are on their way at once: in all, and by each route.
#[derive(Debug)]
pub(in crate::worker) struct Slots {
    own: Arc<Semaphore>,
    outside: Arc<Semaphore>,
    of_route: Quota<Route>,
    begun: Quota<Route>,
    turns: Quota<Route>,
    per_account: usize,
}

/// The right to begin messages of a route: of two batches the earlier one's go first, and what they record is not split up.
#[derive(Debug)]
pub(super) struct MyTurn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// The right to have one message begun.
#[derive(Debug)]
pub(super) struct Slot(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// The right to have one message on its way.
#[derive(Debug)]
pub(super) struct Passage(#[expect(dead_code, reason = "held, not read")] [OwnedSemaphorePermit; 2]);

impl Slots {
    pub(in crate::worker) fn new(concurrency: usize) -> Self {
        Self {
            own: Arc::new(Semaphore::new(concurrency)),
            outside: Arc::new(Semaphore::new(concurrency * OUTSIDE)),
            of_route: Quota::default(),
            begun: Quota::default(),
            turns: Quota::default(),
            per_account: concurrency.div_ceil(4),
        }
    }

    pub(super) async fn turn(&self, route: Route) -> Option<MyTurn> {
        Some(MyTurn(self.turns.of(route, 1).acquire_owned().await.ok()?))
    }

    pub(super) async fn take(&self, route: Route) -> Option<Slot> {
        Some(Slot(self.begun.of(route, self.limit(route) * AHEAD).acquire_owned().await.ok()?))
    }

    pub(super) fn try_take(&self, route: Route) -> Option<Slot> {
        Some(Slot(self.begun.of(route, self.limit(route) * AHEAD).try_acquire_owned().ok()?))
    }

    pub(super) async fn pass(&self, route: Route) -> Option<Passage> {
        let shared = match route {
            Route::Own(_) => &self.own,
            Route::Mailbox(_) => &self.outside,
        };
        let own = self.of_route.of(route, self.limit(route)).acquire_owned().await.ok()?;
        let shared = shared.clone().acquire_owned().await.ok()?;
        Some(Passage([own, shared]))
    }

    const fn limit(&self, route: Route) -> usize {
        match route {
            Route::Own(_) => self.per_account,
            Route::Mailbox(_) => PER_MAILBOX,
        }
    }
}
