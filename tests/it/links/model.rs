//! R40: four accounts do what comes to their minds, while what they say to each other comes late, twice and in any order
//! and the workers are killed at it; in the end each account has what a simple model says, and nothing else.
//!
//! The task is Acme's; an employee each of Globex and Initech is assigned to it as a contact, and Vera of Acme has another
//! account, which is her primary one now and then. What each does next is drawn from a seed, which a failure prints.
//! `SEEDS` and `STEPS` in the environment have more of it. Worlds with an even seed move people, those with an odd one end
//! links: what is cut off goes its own way, so that people there are not alike any more.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::poll_fn,
    pin::pin,
    task::Poll,
};

use actix_web::http::Method;
use chrono::TimeDelta;
use liaison_api::{env::Clock as _, service::link::apply, worker};
use liaison_domain::id::AccountId;
use liaison_persistence::{
    link::stream::{self, OperationRow},
    page::PageRequest,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};
use support::{Client, Engine, JsonExt as _, PASSWORD, TestApp, both_engines};

use super::{link, only_task, tasks};

both_engines!(what_accounts_do_ends_alike_however_it_travels);

const STATUSES: [&str; 5] = ["new", "in_progress", "done", "completed", "deferred"];
/// Vera's own account.
const HOME: usize = 3;

/// LINK-1, LINK-4, LINKB-6, LINKM-2, LINKM-3, LINKM-6, LINKM-7, LINKM-8, LINKM-10, LINKD-1…4, R40
async fn what_accounts_do_ends_alike_however_it_travels(app: TestApp) {
    // PostgreSQL takes longer for each of its many answers.
    let seeds = match app.engine() {
        Engine::Sqlite => 6,
        Engine::Postgres => 2,
    };
    let steps = number("STEPS", 300);
    for seed in 0..number("SEEDS", seeds) {
        let mut world = World::build(&app, seed).await;
        for step in 0..steps {
            world.step(step).await;
        }
        world.settle().await;
        world.compare().await;
    }
}

#[expect(clippy::disallowed_methods, reason = "who asks for more says so in the environment")]
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |it| it.parse().unwrap())
}

/// A comment as the model has it.
#[derive(Debug)]
struct Said {
    by: usize,
    /// Its id in the account where it was written.
    id: String,
    to_vera: bool,
    /// The accounts that have it, and no other, with the text that they know.
    seen: BTreeMap<usize, String>,
}

/// Where what is addressed to Vera at Acme goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vera {
    AtAcme,
    /// Her own account is her primary one; `has_task` once she was addressed.
    AtHome {
        has_task: bool,
    },
}

/// One side of the task.
struct Side {
    client: Client,
    account: AccountId,
    task: Value,
    /// Whom the owner of another account is here.
    people: BTreeMap<usize, String>,
    /// An employee who does nothing himself.
    boris: String,
}

struct World {
    app: TestApp,
    seed: u64,
    random: StdRng,
    /// Acme, Globex, Initech.
    sides: Vec<Side>,
    /// Vera at Acme, and in her own account.
    veras: [Client; 2],
    vera: Vera,
    /// Whether Vera's own account ever had the task.
    is_at_home: bool,
    said: Vec<Said>,
    /// What was handed over, and may be so again.
    travelled: Vec<(AccountId, AccountId, OperationRow)>,
}

fn account(of: &Client) -> AccountId {
    AccountId::new(of.account.id().parse().unwrap())
}

/// An account of Vera's, whose identity is the same in both.
async fn sign_up_vera(app: &TestApp, name: &str, seed: u64) -> Client {
    let email = format!("vera@{seed}.example");
    let owner = json!({"name": "Vera", "login": "vera", "email": email, "password": PASSWORD});
    let body = json!({"name": name, "title": name, "owner": owner});
    app.anon().post("/v1/accounts", body).await.expect(201);
    let vera = app.sign_in(name, &email).await;
    vera.set_mail(false).await;
    vera
}

impl World {
    async fn build(app: &TestApp, seed: u64) -> Self {
        let name = |account: &str| format!("{account}{seed}");
        let veras =
            [sign_up_vera(app, &name("acme"), seed).await, sign_up_vera(app, &name("home"), seed).await];
        let mut clients = vec![veras[0].admin("anna").await];
        for account in ["globex", "initech"] {
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
        let mut sides = Vec::new();
        for (n, client) in clients.into_iter().enumerate() {
            let (task, people) =
                if n == 0 { (task.clone(), people.clone()) } else { guest(n, &client).await };
            let boris = client.employee(&format!("boris{n}")).await.me.id().to_owned();
            sides.push(Side { account: account(&client), client, task, people, boris });
        }
        Self {
            app: app.clone(),
            seed,
            random: StdRng::seed_from_u64(seed),
            sides,
            veras,
            vera: Vera::AtAcme,
            is_at_home: false,
            said: Vec::new(),
            travelled: Vec::new(),
        }
    }

    async fn step(&mut self, step: u64) {
        self.app.clock().advance(TimeDelta::milliseconds(1));
        let side = self.random.random_range(0..3);
        match self.random.random_range(0..100) {
            0..34 => self.say(side, step).await,
            34..40 => self.work_through(side, step).await,
            40..48 => self.edit(step).await,
            48..53 => self.delete().await,
            53..58 => self.set_status(side).await,
            58..64 if self.seed.is_multiple_of(2) => self.move_people(side).await,
            58..60 => self.cut().await,
            60..61 => self.relink().await,
            61..64 => self.choose().await,
            64..75 => self.travel().await,
            75..85 => self.die().await,
            85..95 => self.apply_something().await,
            _ => self.app.work().await,
        }
    }

    /// Somebody writes to some of the others, or to nobody.
    async fn say(&mut self, by: usize, step: u64) {
        let others: Vec<usize> = (0..3).filter(|it| *it != by && self.random.random_bool(0.5)).collect();
        let to_vera = by == 0 && self.random.random_bool(0.3);
        let text = format!("{by} says {step} to {others:?}");
        let side = &self.sides[by];
        let vera = self.veras[0].me.id();
        let notify = others.iter().map(|it| side.people[it].as_str()).chain(to_vera.then_some(vera));
        let path = format!("/v1/tasks/{}/comments", side.task.id());
        let body = json!({"text": text, "notify": notify.collect::<Vec<_>>()});
        let made = side.client.post(path, body).await.expect(201).json();
        // What goes from one guest to the other goes by way of the host.
        let by_way = (by != 0 && others.iter().any(|it| *it != 0)).then_some(0);
        let seen = others.into_iter().chain(by_way).chain([by]).map(|it| (it, text.clone())).collect();
        self.said.push(Said { by, id: made.id().to_owned(), to_vera, seen });
        if let (true, Vera::AtHome { has_task }) = (to_vera, self.vera) {
            self.take_home(has_task);
        }
    }

    /// Vera is told at home: of what is addressed to her now, and the first time of all that was.
    fn take_home(&mut self, has_task: bool) {
        let n = self.said.len();
        let earlier = if has_task || self.is_at_home { n - 1 } else { 0 };
        for it in self.said[earlier..].iter_mut().filter(|it| it.to_vera) {
            if let Some(text) = it.seen.get(&0).cloned() {
                it.seen.insert(HOME, text);
            }
        }
        (self.vera, self.is_at_home) = (Vera::AtHome { has_task: true }, true);
    }

    fn own(&mut self) -> Option<usize> {
        let there = |it: &usize| self.said[*it].seen.contains_key(&self.said[*it].by);
        let there: Vec<usize> = (0..self.said.len()).filter(there).collect();
        there.choose(&mut self.random).copied()
    }

    /// Whether a change reaches an account that has the comment: what was cut off stays as it was.
    fn is_reached(&self, side: usize) -> bool {
        side != HOME || self.vera == Vera::AtHome { has_task: true }
    }

    async fn edit(&mut self, step: u64) {
        let Some(n) = self.own() else { return };
        let text = format!("{} changed {step}", self.said[n].by);
        let path = format!("/v1/comments/{}", self.said[n].id);
        self.sides[self.said[n].by].client.patch(path, json!({"text": text})).await.expect(200);
        for side in 0..=HOME {
            if self.is_reached(side)
                && let Some(seen) = self.said[n].seen.get_mut(&side)
            {
                seen.clone_from(&text);
            }
        }
    }

    async fn delete(&mut self) {
        let Some(n) = self.own() else { return };
        let path = format!("/v1/comments/{}", self.said[n].id);
        self.sides[self.said[n].by].client.call(Method::DELETE, path).await.expect(204);
        for side in (0..=HOME).filter(|it| self.is_reached(*it)).collect::<Vec<_>>() {
            self.said[n].seen.remove(&side);
        }
    }

    async fn set_status(&mut self, side: usize) {
        let status = STATUSES.choose(&mut self.random).unwrap();
        let side = &self.sides[side];
        let path = format!("/v1/tasks/{}", side.task.id());
        let body = json!({"status": status, "title": format!("Task {status}")});
        side.client.patch(path, body).await.expect(200);
    }

    /// Somebody adds a step to the checklist, or does, moves or deletes one that he has.
    async fn work_through(&mut self, side: usize, step: u64) {
        let it = &self.sides[side];
        let path = format!("/v1/tasks/{}/checklist", it.task.id());
        let items = it.client.get(&path).await.expect(200).json().items().to_vec();
        let what = self.random.random_range(0..4);
        let (Some(item), 1..) = (items.choose(&mut self.random), what) else {
            it.client.post(path, json!({"text": format!("{side} does {step}")})).await.expect(201);
            return;
        };
        let path = format!("{path}/{}", item.id());
        match what {
            1 => drop(it.client.patch(path, json!({"is_done": item["is_done"] == false})).await.expect(200)),
            2 => drop(it.client.patch(path, json!({"before": null})).await.expect(200)),
            _ => drop(it.client.call(Method::DELETE, path).await.expect(204)),
        }
    }

    /// Somebody sets his Boris to work, or takes out anybody's.
    async fn move_people(&mut self, side: usize) {
        let it = &self.sides[side];
        let path = format!("/v1/tasks/{}", it.task.id());
        if self.random.random_bool(0.5) {
            let role = ["assignee", "participant"].choose(&mut self.random).unwrap();
            let body = json!({"person_id": it.boris, "role": role});
            it.client.post(format!("{path}/participants"), body).await.expect(200);
            return;
        }
        let task = it.client.get(&path).await.expect(200).json();
        let there: Vec<(&str, String)> = [("assignee", "assignees"), ("participant", "participants")]
            .into_iter()
            .flat_map(|(role, list)| task[list].as_array().unwrap().iter().map(move |it| (role, it)))
            .filter(|(_, it)| it["name"].text().starts_with("boris"))
            .map(|(role, it)| (role, it.id().to_owned()))
            .collect();
        let Some((role, person)) = there.choose(&mut self.random) else { return };
        let path = format!("{path}/participants?person={person}&role={role}");
        it.client.call(Method::DELETE, path).await.expect(204);
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
        self.assign_anew().await;
    }

    /// The same for all tasks of a guest: his link ends, and is made again.
    async fn relink(&mut self) {
        self.settle().await;
        let guest = self.random.random_range(1..3);
        let (host, name) = (&self.sides[0], self.sides[guest].client.account["name"].text().to_owned());
        let path = format!("/v1/contacts/{}", host.people[&guest]);
        host.client.call(Method::DELETE, format!("{path}/link")).await.expect(204);
        // The other account may hear of the new link before it hears of the end of the old one.
        if self.random.random_bool(0.5) {
            self.settle().await;
        }
        let body = json!({"email": format!("anna@{name}.liaison.test")});
        self.sides[0].client.patch(path, body).await.expect(200);
        self.settle().await;
        self.assign_anew().await;
    }

    async fn assign_anew(&mut self) {
        let host = &self.sides[0];
        let path = format!("/v1/tasks/{}", host.task.id());
        host.client.patch(path, json!({"assignees": [host.people[&1], host.people[&2]]})).await.expect(200);
        self.settle().await;
    }

    /// Vera works at home from now on, or at Acme again.
    async fn choose(&mut self) {
        self.settle().await;
        let path = "/v1/me/primary-account";
        self.vera = if self.vera == Vera::AtAcme {
            let home = json!({"account": self.veras[1].account["name"]});
            self.veras[0].put(path, home).await.expect(200);
            Vera::AtHome { has_task: false }
        } else {
            self.veras[0].call(Method::DELETE, path).await.expect(204);
            Vera::AtAcme
        };
        self.settle().await;
    }

    fn accounts(&self) -> [AccountId; 4] {
        let [acme, globex, initech] = [0, 1, 2].map(|it: usize| self.sides[it].account);
        [acme, globex, initech, account(&self.veras[1])]
    }

    /// Something that somebody has said comes to whom it is said to: late, early, or once more.
    async fn travel(&mut self) {
        for from in self.accounts() {
            let mut tx = self.app.parts().database.read().await.unwrap();
            let page = PageRequest { limit: 20, after: None };
            let left = stream::list_left(&mut tx, from, None, page).await.unwrap();
            let ids = left.items.iter().filter(|it| it.sent_at.is_none()).map(|it| it.id);
            for row in stream::list_unsent(&mut tx, from, ids, 50).await.unwrap() {
                self.travelled.push((from, row.peer_id, row));
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

    /// Something that came is applied, perhaps before its turn, alone or with others.
    async fn apply_something(&mut self) {
        let Some((_, to, first)) = self.travelled.choose(&mut self.random).cloned() else { return };
        let others = self.travelled.iter().filter(|it| it.1 == to).map(|it| it.2.id);
        let ids: Vec<_> = [first.id].into_iter().chain(others.take(self.random.random_range(0..5))).collect();
        apply::apply(self.app.parts(), to, &ids).await.unwrap();
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
        let mut late: BTreeMap<AccountId, Vec<_>> = BTreeMap::new();
        for (_, to, row) in std::mem::take(&mut self.travelled) {
            late.entry(to).or_default().push(row.id);
        }
        for (to, ids) in late {
            apply::apply(self.app.parts(), to, &ids).await.unwrap();
        }
        self.app.work().await;
    }

    /// Each account has what the model says, and nothing else.
    async fn compare(&self) {
        let (mut fields, mut people, mut checklists) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (n, side) in self.sides.iter().enumerate() {
            self.compare_comments(n, &side.client, &side.task).await;
            let task = only_task(&side.client).await;
            fields.insert((task["status"].text().to_owned(), task["title"].text().to_owned()));
            people.insert(people_of(n, &task));
            let path = format!("/v1/tasks/{}/checklist", task.id());
            checklists.insert(side.client.get(path).await.expect(200).json().to_string());
        }
        assert_eq!(fields.len(), 1, "seed {}: {fields:?}", self.seed);
        assert_eq!(checklists.len(), 1, "seed {}: {checklists:#?}", self.seed);
        assert!(!self.seed.is_multiple_of(2) || people.len() == 1, "seed {}: {people:#?}", self.seed);
        let home = tasks(&self.veras[1]).await;
        assert_eq!(home.len(), usize::from(self.is_at_home), "seed {}", self.seed);
        if let [task] = home.as_slice() {
            self.compare_comments(HOME, &self.veras[1], task).await;
        }
    }

    async fn compare_comments(&self, n: usize, client: &Client, task: &Value) {
        let mut expected: Vec<&str> =
            self.said.iter().filter_map(|it| it.seen.get(&n)).map(String::as_str).collect();
        let mut found: Vec<String> = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/v1/tasks/{}/comments?limit=200{cursor}", task.id());
            let page = client.get(path).await.expect(200).json();
            found.extend(page.items().iter().map(|it| it["text"].text().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "account {n} of seed {}", self.seed);
    }
}

/// The copy of a guest, and whom the others are to him.
async fn guest(n: usize, client: &Client) -> (Value, BTreeMap<usize, String>) {
    let task = only_task(client).await;
    let other = task["assignees"].as_array().unwrap().iter().find(|it| it["kind"] == "contact").unwrap();
    let people = BTreeMap::from([(0, task["assigner"].id().to_owned()), (3 - n, other.id().to_owned())]);
    (task, people)
}

/// Who works on a task of an account, and who takes part, by names that are the same everywhere.
fn people_of(side: usize, task: &Value) -> Vec<BTreeSet<String>> {
    let own = ["anna", "globex", "initech"][side];
    let name = |it: &Value| match (it["kind"].text(), it["name"].text()) {
        ("employee", "Anna") => own.to_owned(),
        (_, name) => name.to_owned(),
    };
    let people = |list: &str| task[list].as_array().unwrap().iter().map(name).collect();
    ["assignees", "participants"].map(people).to_vec()
}
