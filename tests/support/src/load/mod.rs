//! A mixed load of mails over LMTP, with a server that is killed meanwhile, and the accounts settled afterwards.

mod mail;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use serde_json::Value;

use self::mail::{Fate, Mail, mixed};
use crate::{
    JsonExt as _,
    process::{Office, Sender, Site, kill_again_and_again, wait_until},
};

const SESSIONS: usize = 4;
/// How often the server is killed.
const KILLS: usize = 3;
/// All states in which a mail may end (R10).
const STATES: [&str; 6] = ["applied", "quarantined", "rejected", "bounce", "auto_reply", "failed"];

/// What a load came to.
#[derive(Debug)]
pub struct Report {
    /// From the first mail to the last one settled.
    pub time: Duration,
    /// Mails by the state in which they ended.
    pub ended: BTreeMap<String, usize>,
    /// Deliveries whose answer was lost with the server.
    pub cut: usize,
    /// Entries of the ledger.
    pub received: usize,
}

/// Delivers `n` mails over four sessions as mail servers do: what was not acknowledged is sent again. The server is killed
/// three times. Fails unless every mail ended in the state that it was made for, and what is applied stands there once.
pub fn run(site: &Site, n: usize) -> Report {
    let server = site.start();
    let office = Office::open(site);
    let mails = mixed(&office, n);
    let (next, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let cuts: Vec<AtomicUsize> = mails.iter().map(|_| AtomicUsize::new(0)).collect();
    let started = Instant::now();
    let server = std::thread::scope(|scope| {
        for _ in 0..SESSIONS {
            scope.spawn(|| {
                let mut session = None;
                while let Some((mail, cuts)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    mails.get(at).zip(cuts.get(at))
                } {
                    let reply = deliver(site, &mut session, mail, cuts);
                    assert_eq!(
                        reply.starts_with("250"),
                        mail.fate != Fate::Refused,
                        "{reply}: {}",
                        mail.text
                    );
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| kill_again_and_again(site, server, KILLS, &acknowledged, n)).join().unwrap()
    });
    office.settle();
    let time = started.elapsed();
    let cuts: Vec<usize> = cuts.into_iter().map(AtomicUsize::into_inner).collect();
    let ledger = office.all("/v1/mail/incoming");
    let ended = check_states(&mails, &cuts, &ledger);
    check_sum(&office, &ledger);
    check_comments(&office, &mails);
    assert!(server.terminate().success());
    Report { time, ended, cut: cuts.iter().sum(), received: ledger.len() }
}

/// Delivers a mail until it is answered for good; counts the deliveries that were cut.
fn deliver(site: &Site, session: &mut Option<Sender>, mail: &Mail, cuts: &AtomicUsize) -> String {
    loop {
        let open = session.take();
        let mut sender = open.unwrap_or_else(|| wait_until(|| Sender::connect(&site.lmtp).ok()));
        match sender.deliver(&mail.sender, &mail.recipient, &mail.text) {
            Ok(reply) => {
                *session = Some(sender);
                if !reply.starts_with('4') {
                    return reply;
                }
            }
            Err(_gone) => {
                cuts.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// R10: each mail that was acknowledged is in the ledger, once unless an answer about it was lost, and in the state that it
/// was made for.
fn check_states(mails: &[Mail], cuts: &[usize], ledger: &[Value]) -> BTreeMap<String, usize> {
    let mut entries: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in ledger {
        entries.entry(entry["sender"].text()).or_default().push(entry["state"].text());
    }
    let mut ended = BTreeMap::new();
    for (mail, cuts) in mails.iter().zip(cuts) {
        let states = entries.remove(mail.sender.as_str()).unwrap_or_default();
        match mail.fate {
            Fate::Refused => assert!(states.is_empty(), "it was refused: {}", mail.text),
            Fate::Ends(state) => {
                assert!((1..=1 + cuts).contains(&states.len()), "{} entries: {}", states.len(), mail.text);
                assert!(states.iter().all(|it| *it == state), "{states:?} and not {state}: {}", mail.text);
                *ended.entry(state.to_owned()).or_default() += 1;
            }
        }
    }
    assert!(entries.is_empty(), "mails of nobody: {entries:?}");
    ended
}

/// R10: `received = applied + quarantined + rejected + bounce + auto_reply + failed`.
fn check_sum(office: &Office<'_>, ledger: &[Value]) {
    let in_state = |state: &str| office.all(&format!("/v1/mail/incoming?state={state}")).len();
    assert_eq!(STATES.iter().map(|it| in_state(it)).sum::<usize>(), ledger.len());
}

/// R7: what was applied stands in the task once, and nothing else does.
fn check_comments(office: &Office<'_>, mails: &[Mail]) {
    let mut expected: BTreeMap<String, usize> =
        mails.iter().filter_map(|it| it.comment.clone()).map(|it| (it, 1)).collect();
    expected.insert("The question.".to_owned(), 1);
    assert_eq!(office.comments(), expected, "each comment stands there once");
}
