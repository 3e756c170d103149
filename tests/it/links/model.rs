//! R40: three accounts do what comes to their minds, while what they say to each other comes late, twice and in any order
//! and the workers are killed at it; in the end each account has what a simple model says, and nothing else.
//!
//! The task is Acme's; an employee each of Globex and Initech is assigned to it as a contact. What each does next is drawn
//! from a seed, which a failure prints.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::poll_fn,
    pin::pin,
    task::Poll,
};

use actix_web::http::Method;
use liaison_api::{env::Clock as _, service::link::apply, worker};
use liaison_domain::id::{AccountId, LinkOperationId};
use liaison_persistence::{
    link::stream::{self, OperationRow},
    page::PageRequest,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{link, only_task};

both_engines!(what_accounts_do_ends_alike_however_it_travels);

const SEEDS: std::ops::Range<u64> = 0..3;
const STEPS: usize = 220;
const STATUSES: [&str; 5] = ["new", "in_progress", "done", "completed", "deferred"];

/// LINK-1, LINK-4, LINKM-2, LINKM-3, LINKM-8, LINKM-10, LINKD-2…4, R40
async fn what_accounts_do_ends_alike_however_it_travels(app: TestApp) {
    for seed in SEEDS {
        let mut world = World::build(&app, seed).await;
        for step in 0..STEPS {
            world.step(step).await;
        }
        world.settle().await;
        world.compare().await;
    }
}

/// A comment as the model has it.
#[derive(Debug)]
struct Said {
    by: usize,
    /// Its id in the account where it was written.
    id: String,
    text: String,
    /// The accounts that have it, and no other.
    seen_in: BTreeSet<usize>,
    is_deleted: bool,
}

/// One side of the task.
struct Side {
    client: Client,
    account: AccountId,
    task: Value,
    /// Whom the owner of another account is here.
    people: BTreeMap<usize, String>,
}

struct World {
    app: TestApp,
    seed: u64,
    random: StdRng,
    /// Acme, Globex, Initech.
    sides: Vec<Side>,
    said: Vec<Said>,
    /// What was handed over, and may be so again.
    travelled: Vec<(AccountId, AccountId, OperationRow)>,
}

impl World {
    async fn build(app: &TestApp, seed: u64) -> Self {
        let name = |account: &str| format!("{account}{seed}");
        let mut clients = Vec::new();
        for account in ["acme", "globex", "initech"] {
            clients.push(app.sign_up(&name(account)).await);
        }
        let mut people = BTreeMap::new();
        for (n, account) in [(1, "globex"), (2, "initech")] {
            let contact = link(&clients[0], account, &format!("anna@{}", name(account))).await;
            people.insert(n, contact.id().to_owned());
        }
        app.work().await;
        let body = json!({"title": "Task", "assignees": people.values().collect::<Vec<_>>()});
        let task = clients[0].post("/v1/tasks", body).await.expect(201).json();
        app.work().await;
        let account = |it: &Client| AccountId::new(it.account.id().parse().unwrap());
        let own = Side { account: account(&clients[0]), client: clients[0].clone(), task, people };
        let mut sides = vec![own];
        for (n, client) in clients.iter().enumerate().skip(1) {
            let task = only_task(client).await;
            let other =
                task["assignees"].as_array().unwrap().iter().find(|it| it["kind"] == "contact").unwrap();
            let people =
                BTreeMap::from([(0, task["assigner"].id().to_owned()), (3 - n, other.id().to_owned())]);
            sides.push(Side { account: account(client), client: client.clone(), task, people });
        }
        let random = StdRng::seed_from_u64(seed);
        Self { app: app.clone(), seed, random, sides, said: Vec::new(), travelled: Vec::new() }
    }

    async fn step(&mut self, step: usize) {
        let side = self.random.random_range(0..3);
        match self.random.random_range(0..100) {
            0..40 => self.say(side, step).await,
            40..48 => self.edit(step).await,
            48..53 => self.delete().await,
            53..60 => self.set_status(side).await,
            60..62 => self.cut().await,
            62..75 => self.travel().await,
            75..85 => self.die().await,
            85..95 => self.apply_something().await,
            _ => self.app.work().await,
        }
    }

    /// Somebody writes to some of the others, or to nobody.
    async fn say(&mut self, by: usize, step: usize) {
        let others: Vec<usize> = (0..3).filter(|it| *it != by && self.random.random_bool(0.5)).collect();
        let text = format!("{by} says {step} to {others:?}");
        let side = &self.sides[by];
        let notify: Vec<&String> = others.iter().map(|it| &side.people[it]).collect();
        let path = format!("/v1/tasks/{}/comments", side.task.id());
        let made = side.client.post(path, json!({"text": text, "notify": notify})).await.expect(201).json();
        // What goes from one guest to the other goes by way of the host.
        let by_way = (by != 0 && others.iter().any(|it| *it != 0)).then_some(0);
        let seen_in = others.into_iter().chain(by_way).chain([by]).collect();
        let id = made.id().to_owned();
        self.said.push(Said { by, id, text, seen_in, is_deleted: false });
    }

    fn own(&mut self) -> Option<usize> {
        let there: Vec<usize> = (0..self.said.len()).filter(|it| !self.said[*it].is_deleted).collect();
        there.choose(&mut self.random).copied()
    }

    async fn edit(&mut self, step: usize) {
        let Some(n) = self.own() else { return };
        let said = &mut self.said[n];
        said.text = format!("{} changed {step}", said.by);
        let path = format!("/v1/comments/{}", said.id);
        self.sides[said.by].client.patch(path, json!({"text": said.text})).await.expect(200);
    }

    async fn delete(&mut self) {
        let Some(n) = self.own() else { return };
        let said = &mut self.said[n];
        said.is_deleted = true;
        let path = format!("/v1/comments/{}", said.id);
        self.sides[said.by].client.call(Method::DELETE, path).await.expect(204);
    }

    async fn set_status(&mut self, side: usize) {
        let status = STATUSES.choose(&mut self.random).unwrap();
        let side = &self.sides[side];
        let path = format!("/v1/tasks/{}", side.task.id());
        side.client.patch(path, json!({"status": status, "title": format!("Task {status}")})).await;
    }

    /// What is under way when a task is cut is lost by rule, so the model waits for it; then the host speaks to the guest
    /// anew.
    async fn cut(&mut self) {
        self.settle().await;
        let guest = self.random.random_range(1..3);
        let (host, name) = (&self.sides[0], self.sides[guest].client.account["name"].text().to_owned());
        let path = format!("/v1/tasks/{}/links/{name}", host.task.id());
        host.client.call(Method::DELETE, path).await.expect(204);
        self.settle().await;
        let host = &self.sides[0];
        let path = format!("/v1/tasks/{}", host.task.id());
        host.client.patch(path, json!({"assignees": [host.people[&1], host.people[&2]]})).await.expect(200);
        self.settle().await;
    }

    /// Something that somebody has said comes to whom it is said to: late, early, or once more.
    async fn travel(&mut self) {
        for side in &self.sides {
            let mut tx = self.app.parts().database.read().await.unwrap();
            let page = PageRequest { limit: 200, after: None };
            let left = stream::list_left(&mut tx, side.account, None, page).await.unwrap();
            let ids = left.items.iter().map(|it| it.id);
            for row in stream::list_unsent(&mut tx, side.account, ids).await.unwrap() {
                self.travelled.push((side.account, row.peer_id, row));
            }
        }
        for _again in 0..3 {
            let Some((from, to, row)) = self.travelled.choose(&mut self.random).cloned() else { return };
            let mut tx = self.app.parts().database.write().await.unwrap();
            let now = self.app.clock().now();
            stream::receive(&mut tx, to, from, std::slice::from_ref(&row), now).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    /// Something that came is applied, perhaps before its turn.
    async fn apply_something(&mut self) {
        let Some((_, to, row)) = self.travelled.choose(&mut self.random).cloned() else { return };
        let id: LinkOperationId = row.id;
        apply::apply(self.app.parts(), to, id).await.unwrap();
    }

    /// The workers are killed after some steps of whatever they do.
    async fn die(&mut self) {
        let n_polls = self.random.random_range(1..60);
        {
            let app = self.app.parts().clone();
            let mut work = pin!(worker::drain(&app));
            for _poll in 0..n_polls {
                let is_done = poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx).is_ready())).await;
                if is_done {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        worker::take_back(self.app.parts()).await.unwrap();
    }

    /// All that is under way arrives.
    async fn settle(&mut self) {
        self.app.work().await;
        for (_, to, row) in std::mem::take(&mut self.travelled) {
            apply::apply(self.app.parts(), to, row.id).await.unwrap();
        }
        self.app.work().await;
    }

    /// Each account has what the model says, and nothing else.
    async fn compare(&self) {
        let mut fields = BTreeSet::new();
        for (n, side) in self.sides.iter().enumerate() {
            let here = self.said.iter().filter(|it| it.seen_in.contains(&n) && !it.is_deleted);
            let mut expected: Vec<&str> = here.map(|it| it.text.as_str()).collect();
            let mut found: Vec<String> = Vec::new();
            let mut cursor = String::new();
            loop {
                let path = format!("/v1/tasks/{}/comments?limit=200{cursor}", side.task.id());
                let page = side.client.get(path).await.expect(200).json();
                found.extend(page.items().iter().map(|it| it["text"].text().to_owned()));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            found.sort();
            expected.sort_unstable();
            assert_eq!(found, expected, "account {n} of seed {}", self.seed);
            let task = only_task(&side.client).await;
            fields.insert((task["status"].text().to_owned(), task["title"].text().to_owned()));
        }
        assert_eq!(fields.len(), 1, "seed {}: {fields:?}", self.seed);
    }
}
