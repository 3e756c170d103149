//! SIGKILL at any time: what was acknowledged is there once.

use std::{
    collections::BTreeMap,
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use support::{
    Engine, JsonExt as _, PASSWORD,
    process::{Ask, Server, Site, mails_in, wait_until},
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
    let world = World::make(site);
    let acknowledged = AtomicUsize::new(0);
    let each = |work: &dyn Fn(usize) -> io::Result<bool>| {
        for i in 0..EACH {
            wait_until(|| work(i).ok().filter(|done| *done));
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    };
    let server = std::thread::scope(|scope| {
        scope.spawn(|| each(&|i| world.comment(i)));
        scope.spawn(|| each(&|i| world.answer(i)));
        scope.spawn(|| kill_again_and_again(site, server, &acknowledged)).join().unwrap()
    });
    world.settle();
    world.check();
    assert!(server.terminate().success());
}

/// Kills the server when a part of the work is done, and starts it anew.
fn kill_again_and_again(site: &Site, mut server: Server, acknowledged: &AtomicUsize) -> Server {
    for kill in 1..=KILLS {
        let part = kill * 2 * EACH / (KILLS + 1);
        wait_until(|| (acknowledged.load(Ordering::Relaxed) >= part).then_some(()));
        server.kill();
        server = site.start();
    }
    server
}

struct World<'a> {
    site: &'a Site,
    token: String,
    contact: String,
    task: String,
    reply_to: String,
}

impl<'a> World<'a> {
    /// A task with a contact who has got one mail, and so has an address to answer to.
    fn make(site: &'a Site) -> Self {
        let owner =
            json!({"name": "Anna", "login": "anna", "email": "anna@acme.example", "password": PASSWORD});
        let body = json!({"name": "acme", "title": "Acme", "owner": owner});
        let mut world = Self {
            site,
            token: String::new(),
            contact: String::new(),
            task: String::new(),
            reply_to: String::new(),
        };
        world.post("/v1/accounts", &body)["access_token"].text().clone_into(&mut world.token);
        let contact = json!({"name": "Ivan", "email": "ivan@client.test", "selectable_as_participant": true});
        world.post("/v1/contacts", &contact).id().clone_into(&mut world.contact);
        world.post("/v1/tasks", &json!({"title": "Ворота"})).id().clone_into(&mut world.task);
        while !world.comment(EACH).unwrap() {}
        let outbox = site.path().join("var/outbox");
        let mail = wait_until(|| mails_in(&outbox).pop());
        let line = mail.lines().find_map(|it| it.strip_prefix("Reply-To: ")).unwrap();
        line.trim_matches(['<', '>']).clone_into(&mut world.reply_to);
        world
    }

    fn ask(&self, method: &str, path: &str, key: Option<&str>, body: &str) -> io::Result<(u16, Value)> {
        self.site.ask(&Ask { method, path, token: &self.token, idempotency_key: key, body })
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask("POST", path, None, &body.to_string()).unwrap();
        assert_eq!(status, 201, "{answer}");
        answer
    }

    /// Writes comment `i`; true once it is acknowledged.
    fn comment(&self, i: usize) -> io::Result<bool> {
        let body = json!({"text": format!("question {i}."), "notify": [self.contact]}).to_string();
        let path = format!("/v1/tasks/{}/comments", self.task);
        Ok(self.ask("POST", &path, Some(&format!("question {i}")), &body)?.0 == 201)
    }

    /// Delivers answer `i`; true once it is acknowledged.
    fn answer(&self, i: usize) -> io::Result<bool> {
        let mail = format!(
            "From: Ivan <ivan@client.test>\nTo: {}\nSubject: Re: gate\nMessage-ID: <{i}@client.test>\n\nanswer {i}.\n",
            self.reply_to
        );
        Ok(self.site.deliver("ivan@client.test", &self.reply_to, &mail)?.starts_with("250"))
    }

    /// Everything that a list gives, page by page.
    fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let (status, page) = self.ask("GET", &format!("{path}?limit=200{cursor}"), None, "").unwrap();
            assert_eq!(status, 200, "{page}");
            items.extend(page.items().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// Waits until no mail is on its way, in or out.
    fn settle(&self) {
        let waits =
            |it: &Value| it["state"] == "received" || it["state"] == "queued" || it["state"] == "sending";
        wait_until(|| {
            let (incoming, outgoing) = (self.all("/v1/mail/incoming"), self.all("/v1/mail/outgoing"));
            (!incoming.iter().chain(&outgoing).any(waits)).then_some(())
        });
    }

    fn check(&self) {
        let mut written = BTreeMap::<String, usize>::new();
        for comment in self.all(&format!("/v1/tasks/{}/comments", self.task)) {
            *written.entry(comment["visible"].text().to_owned()).or_default() += 1;
        }
        let questions = (0..=EACH).map(|i| (format!("question {i}."), 1));
        let answers = (0..EACH).map(|i| (format!("answer {i}."), 1));
        assert_eq!(written, questions.chain(answers).collect(), "each comment stands there once");

        let outgoing = self.all("/v1/mail/outgoing");
        assert_eq!(outgoing.len(), EACH + 1, "one mail a comment");
        assert!(outgoing.iter().all(|it| it["state"] == "accepted"), "each left");
        let mails = mails_in(&self.site.path().join("var/outbox"));
        for i in 0..=EACH {
            let text = format!("question {i}.\r\n");
            assert_eq!(
                mails.iter().filter(|it| it.contains(&text)).count(),
                1,
                "{text} left under one Message-ID"
            );
        }
        let incoming = self.all("/v1/mail/incoming");
        assert!(incoming.len() >= EACH && incoming.iter().all(|it| it["state"] == "applied"), "R10");
    }
}
