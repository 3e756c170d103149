//! Who waits for his notices on this node.
//!
//! A commit of this node rings for the people whom it tells; what another node or program committed is found by one question
//! for all of them ([`Listeners::hear`]). Nobody asks the database by himself for as long as nothing happened.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use liaison_domain::id::{AccountId, PersonId};
use tokio::sync::watch;

use super::live::{Heard, ListeningSession, LivingSession};

/// How many may wait at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of one person.
    pub of_person: usize,
    /// In all.
    pub in_all: usize,
}

/// Why nobody may wait any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoom {
    /// As many wait as may.
    Full,
    /// The node is about to stop.
    Closed,
}

/// Everybody who waits on this node.
#[derive(Debug, Default)]
pub struct Listeners(Mutex<Register>);

/// Somebody who waits; dropped, he does not any more.
#[derive(Debug)]
pub struct Listener {
    rung: watch::Receiver<()>,
    key: Key,
    listeners: Arc<Listeners>,
}

/// Whose it is, and which of his.
type Key = (AccountId, PersonId, u64);

#[derive(Debug, Default)]
struct Register {
    open: BTreeMap<Key, Open>,
    /// The last commit of each account that its listeners were rung for.
    heard: HashMap<AccountId, i64>,
    next: u64,
    is_closed: bool,
}

#[derive(Debug)]
struct Open {
    session: ListeningSession,
    /// Dropped, it ends the waiting.
    bell: watch::Sender<()>,
}

impl Listeners {
    /// Lets somebody wait. He looks once by himself, then each time that he is rung for.
    pub fn listen(
        self: &Arc<Self>,
        person: PersonId,
        session: ListeningSession,
        limits: Limits,
    ) -> Result<Listener, NoRoom> {
        let mut register = self.register();
        if register.is_closed {
            return Err(NoRoom::Closed);
        }
        let own = register.open.range(range(session.account, person)).count();
        if own >= limits.of_person || register.open.len() >= limits.in_all {
            return Err(NoRoom::Full);
        }
        let key = (session.account, person, register.next);
        register.next += 1;
        let (bell, rung) = watch::channel(());
        register.open.insert(key, Open { session, bell });
        Ok(Listener { rung, key, listeners: self.clone() })
    }

    /// The sessions that somebody waits on behalf of.
    pub fn sessions(&self) -> BTreeSet<ListeningSession> {
        self.register().open.values().map(|it| it.session).collect()
    }

    /// Takes the answer about these sessions: who may not go on is waiting no more, and who is of an account that has come
    /// further than this node knows is rung for.
    pub fn hear(&self, asked: &BTreeSet<ListeningSession>, living: &[LivingSession]) {
        let alive: BTreeSet<ListeningSession> =
            living.iter().map(|it| ListeningSession { account: it.account_id, id: it.id }).collect();
        let last: HashMap<AccountId, i64> =
            living.iter().map(|it| (it.account_id, it.notice_sequence)).collect();
        let mut register = self.register();
        register.open.retain(|_, it| !asked.contains(&it.session) || alive.contains(&it.session));
        let Register { open, heard, .. } = &mut *register;
        for ((account, ..), it) in open.iter() {
            if last.get(account).is_some_and(|last| heard.get(account).is_none_or(|heard| last > heard)) {
                it.bell.send_replace(());
            }
        }
        // A commit of this node may have come in since the question was put.
        let latest = |(account, last): (AccountId, i64)| {
            (account, heard.get(&account).copied().unwrap_or(last).max(last))
        };
        *heard = last.into_iter().map(latest).collect();
    }

    /// Rings for the people whom commits of this node told something.
    pub(crate) fn ring(&self, commits: &[Heard]) {
        if commits.is_empty() {
            return;
        }
        let mut register = self.register();
        for commit in commits {
            for person in &commit.people {
                for (_, it) in register.open.range(range(commit.account, *person)) {
                    it.bell.send_replace(());
                }
            }
            // Had another node committed in between, its notices would not be asked for.
            if let Some(heard) = register.heard.get_mut(&commit.account)
                && *heard + 1 == commit.sequence
            {
                *heard = commit.sequence;
            }
        }
    }

    /// Ends all waiting, and lets nobody begin.
    pub fn close(&self) {
        let mut register = self.register();
        register.is_closed = true;
        register.open.clear();
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Waits until there may be something new; false where there is nothing to wait for any more.
    pub async fn is_rung(&mut self) -> bool {
        self.rung.changed().await.is_ok()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.listeners.register().open.remove(&self.key);
    }
}

fn range(account: AccountId, person: PersonId) -> std::ops::RangeInclusive<Key> {
    (account, person, 0)..=(account, person, u64::MAX)
}

#[cfg(test)]
mod tests {
    use liaison_domain::id::SessionId;
    use uuid::Uuid;

    use super::*;

    const LIMITS: Limits = Limits { of_person: 2, in_all: 3 };

    fn account() -> AccountId {
        AccountId::new(Uuid::from_u128(1))
    }

    fn person(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn session(n: u128) -> ListeningSession {
        ListeningSession { account: account(), id: SessionId::new(Uuid::from_u128(n)) }
    }

    fn living(n: u128, notice_sequence: i64) -> LivingSession {
        LivingSession { account_id: account(), id: session(n).id, notice_sequence }
    }

    fn is_rung(listener: &mut Listener) -> bool {
        let rung = listener.rung.has_changed().unwrap();
        listener.rung.mark_unchanged();
        rung
    }

    #[test]
    fn who_is_told_is_rung_for_and_nobody_else() {
        let listeners = Arc::new(Listeners::default());
        let mut first = listeners.listen(person(1), session(1), LIMITS).unwrap();
        let mut second = listeners.listen(person(2), session(2), LIMITS).unwrap();
        listeners.ring(&[Heard { account: account(), sequence: 1, people: vec![person(1)] }]);
        assert_eq!((is_rung(&mut first), is_rung(&mut second)), (true, false));
    }

    /// What this node has committed itself is not asked for again; what another has is.
    #[test]
    fn an_account_that_has_come_further_is_rung_for() {
        let listeners = Arc::new(Listeners::default());
        let mut first = listeners.listen(person(1), session(1), LIMITS).unwrap();
        let mut hear = |last| {
            listeners.hear(&listeners.sessions(), &[living(1, last)]);
            is_rung(&mut first)
        };
        assert!(hear(5), "it is not known what came before");
        assert!(!hear(5));
        let commit = |sequence| listeners.ring(&[Heard { account: account(), sequence, people: vec![] }]);
        commit(6);
        assert!(!hear(6));
        commit(8);
        assert!(hear(8), "the seventh was another node's");
        assert!(!hear(8));
    }

    #[test]
    fn whose_session_has_ended_waits_no_more() {
        let listeners = Arc::new(Listeners::default());
        let first = listeners.listen(person(1), session(1), LIMITS).unwrap();
        let asked = listeners.sessions();
        let second = listeners.listen(person(1), session(2), LIMITS).unwrap();
        listeners.hear(&asked, &[]);
        assert!(first.rung.has_changed().is_err(), "it was asked for and is not alive");
        assert!(second.rung.has_changed().is_ok(), "it was not asked for");
        listeners.close();
        assert!(second.rung.has_changed().is_err());
        assert_eq!(listeners.listen(person(1), session(1), LIMITS).unwrap_err(), NoRoom::Closed);
    }

    #[test]
    fn there_is_room_for_so_many_of_one_and_so_many_in_all() {
        let listeners = Arc::new(Listeners::default());
        let listen = |n| listeners.listen(person(n), session(n), LIMITS);
        let first = listen(1).unwrap();
        let others = [listen(1).unwrap(), listen(2).unwrap()];
        assert_eq!(listen(1).unwrap_err(), NoRoom::Full);
        assert_eq!(listen(2).unwrap_err(), NoRoom::Full);
        drop(first);
        assert!(listen(2).is_ok());
        drop(others);
    }
}
