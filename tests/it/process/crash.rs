//! SIGKILL at any time: what was acknowledged is there once.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use support::{
    Dovecot, Engine, JsonExt as _,
    process::{Office, Site, kill_again_and_again, mails_in, wait_until},
};

/// Comments written, and answers delivered.
const EACH: usize = 200;
/// How often the server is killed meanwhile.
const KILLS: usize = 4;

#[test]
fn everything_acknowledged_is_there_once_on_sqlite() {
    crash(&Site::new(Engine::Sqlite));
}

#[test]
fn everything_acknowledged_is_there_once_on_postgres() {
    crash(&Site::new(Engine::Postgres));
}

/// R6, R7, R10: a client and a mail server that repeat what was not acknowledged, and a server that is killed between any
/// two instructions.
fn crash(site: &Site) {
    let server = site.start();
    let office = Office::open(site);
    let acknowledged = AtomicUsize::new(0);
    let each = |work: &dyn Fn(usize) -> io::Result<bool>| {
        for i in 0..EACH {
            wait_until(|| work(i).ok().filter(|done| *done));
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    };
    let server = std::thread::scope(|scope| {
        scope.spawn(|| each(&|i| office.comment(&question(i))));
        scope.spawn(|| each(&|i| answer(&office, i)));
        scope.spawn(|| kill_again_and_again(site, server, KILLS, &acknowledged, 2 * EACH)).join().unwrap()
    });
    office.settle();
    check(&office);
    assert!(server.terminate().success());
}

/// CBM-2, R7, R10: a server that is killed between fetching a mail and marking it as seen.
#[test]
fn every_mail_of_a_mailbox_is_there_once() {
    const MAILS: usize = 120;
    let dovecot = Dovecot::mailbox();
    let mut site = Site::new(Engine::Sqlite);
    site.set("LIAISON_NETWORK__ALLOW_PRIVATE", "127.0.0.0/8");
    site.set("LIAISON_MAIL__FETCH_INTERVAL_SECONDS", "1");
    let mut server = site.start();
    let office = Office::open(&site);
    for i in 0..MAILS {
        let from = "From: Ivan <ivan@client.test>";
        dovecot.deliver(format!(
            "{from}\r\nSubject: re\r\nMessage-ID: <{i}@client.test>\r\n\r\nfetched {i}.\r\n"
        ));
    }
    let imap = dovecot.at(&dovecot.imap);
    let mailbox = json!({"owner": "employee", "address": "anna@mail.example", "sender_name": "Anna", "smtp": imap, "imap": imap});
    office.post("/v1/mailboxes", &mailbox);
    for kill in 1..=KILLS {
        wait_until(|| (dovecot.n_seen() >= kill * MAILS / (KILLS + 1)).then_some(()));
        server.kill();
        server = site.start();
    }
    wait_until(|| (dovecot.n_seen() == MAILS).then_some(()));
    office.settle();
    let mut ids: Vec<String> = office
        .all("/v1/mail/incoming")
        .iter()
        .map(|it| {
            assert_eq!(it["state"], "applied", "{it:#}");
            it["message_id"].text().to_owned()
        })
        .collect();
    ids.sort_unstable();
    let mut expected: Vec<String> = (0..MAILS).map(|i| format!("{i}@client.test")).collect();
    expected.sort_unstable();
    assert_eq!(ids, expected, "none is lost, none came twice");
    assert!(server.terminate().success());
}

fn question(i: usize) -> String {
    format!("question {i}.")
}

/// Delivers answer `i`; true once it is acknowledged.
fn answer(office: &Office<'_>, i: usize) -> io::Result<bool> {
    let mail = format!(
        "From: Ivan <ivan@client.test>\nTo: {}\nSubject: Re: gate\nMessage-ID: <{i}@client.test>\n\nanswer {i}.\n",
        office.reply_to
    );
    Ok(office.site.deliver("ivan@client.test", &office.reply_to, &mail)?.starts_with("250"))
}

fn check(office: &Office<'_>) {
    let questions = (0..EACH).map(|i| (question(i), 1)).chain([("The question.".to_owned(), 1)]);
    let answers = (0..EACH).map(|i| (format!("answer {i}."), 1));
    assert_eq!(office.comments(), questions.chain(answers).collect(), "each comment stands there once");

    let outgoing = office.all("/v1/mail/outgoing");
    assert_eq!(outgoing.len(), EACH + 1, "one mail a comment");
    assert!(outgoing.iter().all(|it| it["state"] == "accepted"), "each left");
    let mails = mails_in(&office.site.path().join("var/outbox"));
    for i in 0..EACH {
        let text = format!("{}\r\n", question(i));
        let n_left = mails.iter().filter(|it| it.contains(&text)).count();
        assert_eq!(n_left, 1, "{text} left under one Message-ID");
    }
    let incoming = office.all("/v1/mail/incoming");
    assert!(incoming.len() >= EACH && incoming.iter().all(|it| it["state"] == "applied"), "R10");
}
