//! An account on a site, with its owner signed in.

use std::{
    collections::BTreeMap,
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use super::{Ask, Server, Site, mails_in, wait_until};
use crate::{JsonExt as _, PASSWORD};

/// Anna of Acme, who asked her contact Ivan something: so he has an address to answer to.
pub struct Office<'a> {
    pub site: &'a Site,
    token: String,
    /// Ivan, `ivan@client.test`.
    pub contact: String,
    pub task: Value,
    /// The mail that Ivan got, and the addresses in it.
    pub asked: String,
    pub reply_to: String,
}

impl<'a> Office<'a> {
    pub fn open(site: &'a Site) -> Self {
        let owner =
            json!({"name": "Anna", "login": "anna", "email": "anna@acme.example", "password": PASSWORD});
        let body = json!({"name": "acme", "title": "Acme", "owner": owner});
        let mut office = Self {
            site,
            token: String::new(),
            contact: String::new(),
            task: Value::Null,
            asked: String::new(),
            reply_to: String::new(),
        };
        office.post("/v1/accounts", &body)["access_token"].text().clone_into(&mut office.token);
        // Ivan's mails alone are looked at.
        let quiet = json!({"types": {"new_task": {"email": false}, "new_comment": {"email": false}}});
        let (status, answer) =
            office.ask("PATCH", "/v1/notification-settings", None, &quiet.to_string()).unwrap();
        assert_eq!(status, 200, "{answer}");
        let contact = json!({"name": "Ivan", "email": "ivan@client.test", "selectable_as_participant": true});
        office.post("/v1/contacts", &contact).id().clone_into(&mut office.contact);
        office.task = office.post("/v1/tasks", &json!({"title": "Ворота"}));
        while !office.comment("The question.").unwrap() {}
        let outbox = site.path().join("var/outbox");
        office.asked = wait_until(|| mails_in(&outbox).pop());
        office.reply_to = office.field("Reply-To: ");
        office
    }

    /// What stands in angle brackets in a header field of the mail that Ivan got.
    pub fn field(&self, name: &str) -> String {
        let line = self.asked.lines().find_map(|it| it.strip_prefix(name)).unwrap();
        line.trim_matches(['<', '>']).to_owned()
    }

    /// An address in the account's mail domain.
    pub fn address(&self, local: &str) -> String {
        format!("{local}@{}", self.reply_to.split('@').next_back().unwrap())
    }

    pub fn ask(&self, method: &str, path: &str, key: Option<&str>, body: &str) -> io::Result<(u16, Value)> {
        self.site.ask(&Ask { method, path, token: &self.token, idempotency_key: key, body })
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask("POST", path, None, &body.to_string()).unwrap();
        assert_eq!(status, 201, "{answer}");
        answer
    }

    /// Writes a comment to Ivan; true once it is acknowledged. The same text again is the same request.
    pub fn comment(&self, text: &str) -> io::Result<bool> {
        let body = json!({"text": text, "notify": [self.contact]}).to_string();
        let path = format!("/v1/tasks/{}/comments", self.task.id());
        Ok(self.ask("POST", &path, Some(text), &body)?.0 == 201)
    }

    /// How often each text stands in the task, by what its author wrote.
    pub fn comments(&self) -> BTreeMap<String, usize> {
        let mut written = BTreeMap::new();
        for comment in self.all(&format!("/v1/tasks/{}/comments", self.task.id())) {
            *written.entry(comment["visible"].text().to_owned()).or_default() += 1;
        }
        written
    }

    /// Everything that a list gives, page by page.
    pub fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        let sign = if path.contains('?') { '&' } else { '?' };
        loop {
            let path = format!("{path}{sign}limit=200{cursor}");
            let (status, page) = self.ask("GET", &path, None, "").unwrap();
            assert_eq!(status, 200, "{page}");
            items.extend(page.items().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// Waits until no mail is on its way, in or out.
    pub fn settle(&self) {
        let is_empty = |path: &str| {
            let (status, page) = self.ask("GET", path, None, "").unwrap();
            assert_eq!(status, 200, "{page}");
            page.items().is_empty()
        };
        wait_until(|| {
            let waiting = ["incoming?state=received", "outgoing?state=queued", "outgoing?state=sending"];
            waiting.iter().all(|it| is_empty(&format!("/v1/mail/{it}&limit=1"))).then_some(())
        });
    }
}

/// Kills the server `kills` times, each when another part of `all` is done, and starts it anew.
pub fn kill_again_and_again(
    site: &Site,
    mut server: Server,
    kills: usize,
    done: &AtomicUsize,
    all: usize,
) -> Server {
    for kill in 1..=kills {
        wait_until(|| (done.load(Ordering::Relaxed) >= kill * all / (kills + 1)).then_some(()));
        server.kill();
        server = site.start();
    }
    server
}
