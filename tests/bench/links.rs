//! What two accounts on PostgreSQL say to each other: how much of it is handed over and applied a second, beside what the same
//! cluster commits at all, and how soon a comment is there at a steady pace.

use std::{
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use liaison_persistence::testing::{
    ceiling::postgres_commits_per_second,
    latency::{list_latencies, take_statistics},
};
use serde_json::json;
use support::{
    Engine, JsonExt as _, PASSWORD,
    process::{Site, wait_until},
};
use tokio::runtime::Runtime;

use crate::{connection::Connection, jobs::Jobs, line, mib};

/// Tasks that go on in both accounts.
const TASKS: usize = 64;
/// Comments that are written before anything is measured: an empty database says nothing of one that is in use.
const BEFORE: usize = 1_000;
/// Comments that wait to be handed over.
const COMMENTS: usize = 10_000;
/// Who writes at once.
const WRITERS: usize = 8;
/// The steady pace: comments a second, and for how long.
const PACE: usize = 100;
const PACED: usize = 20 * PACE;
const TEXT: &str = "Tomorrow at ten suits us well, please ring at the left door.";

pub(super) fn measure() {
    let site = Site::new(Engine::Postgres);
    let runtime = Runtime::new().unwrap();
    let (_, url) = site.environment().find(|(key, _)| *key == "LIAISON_DATABASE__URL").unwrap();
    let server = site.start();
    let (pair, jobs) = (Pair::open(&site), Jobs::open(&site));
    pair.write(BEFORE, None);
    jobs.wait_for_the_end();
    runtime.block_on(take_statistics(url)).unwrap();
    assert!(server.terminate().success());

    println!("\n{COMMENTS} comments in {TASKS} tasks to another account, PostgreSQL, no syncs");
    for connections in [1, 2] {
        let commits = runtime.block_on(join_all((0..connections).map(|n| {
            let (url, table) = (url.to_owned(), format!("ceiling_{connections}_{n}"));
            let time = Duration::from_secs(3);
            runtime.spawn(async move { postgres_commits_per_second(&url, &table, TEXT.len(), time).await })
        })));
        let commits: f64 = commits.into_iter().map(|it| it.unwrap().unwrap()).sum();
        line(&format!("commits of one row, {connections} connections"), format!("{commits:.0}/s"));
    }
    let api = site.start_only("api");
    wait_until(|| TcpStream::connect(&site.http).ok());
    let time = pair.write(COMMENTS, None);
    line("written", format!("{:.0}/s", COMMENTS as f64 / time.as_secs_f64()));
    assert!(api.terminate().success());
    let workers = site.start_only("workers");
    let time = jobs.wait_for_the_end();
    line("handed over and applied", format!("{:.0}/s", COMMENTS as f64 / time.as_secs_f64()));
    line("  memory of the workers, at most", mib(workers.memory("VmHWM")));
    assert!(workers.terminate().success());

    let server = site.start();
    for (comments, pace) in [(BEFORE, None), (PACED, Some(PACE))] {
        pair.write(comments, pace);
        jobs.wait_for_the_end();
    }
    let mut latencies = runtime.block_on(list_latencies(url)).unwrap();
    // The last ones written are those of this part.
    let mut paced = latencies.split_off(latencies.len() - PACED);
    paced.sort();
    println!(
        "\n{PACE} comments a second, {} s: from being written here to being written there",
        PACED / PACE
    );
    for (name, percent) in [("p50", 50), ("p95", 95), ("p99", 99)] {
        line(name, format!("{:.1} ms", paced[PACED * percent / 100].as_secs_f64() * 1_000.0));
    }
    line("at most", format!("{:.1} ms", paced[PACED - 1].as_secs_f64() * 1_000.0));
    assert!(server.terminate().success());
}

/// Acme, with tasks for a contact who is Globex's Anna.
struct Pair<'a> {
    site: &'a Site,
    token: String,
    contact: String,
    tasks: Vec<String>,
}

impl<'a> Pair<'a> {
    fn open(site: &'a Site) -> Self {
        let mut pair = Self { site, token: String::new(), contact: String::new(), tasks: Vec::new() };
        for name in ["globex", "acme"] {
            let email = format!("anna@{name}.example");
            let owner = json!({"name": "Anna", "login": "anna", "email": email, "password": PASSWORD});
            let body = json!({"name": name, "title": name, "owner": owner});
            Connection::open(site, "").post("/v1/accounts", &body)["access_token"]
                .text()
                .clone_into(&mut pair.token);
            // They read in the application: a mail beside each comment is what `outgoing` measures.
            let quiet = json!({"types": {"new_task": {"email": false}, "new_comment": {"email": false}}});
            Connection::open(site, pair.token.clone()).send("PATCH", "/v1/notification-settings", &quiet);
        }
        let email = "anna@globex.liaison.localhost";
        let card = json!({"name": "Anna of Globex", "email": email, "selectable_as_participant": true});
        let mut line = Connection::open(site, pair.token.clone());
        line.post("/v1/contacts", &card).id().clone_into(&mut pair.contact);
        for n in 0..TASKS {
            let body = json!({"title": format!("Gate {n}"), "assignees": [pair.contact]});
            pair.tasks.push(line.post("/v1/tasks", &body).id().to_owned());
        }
        Jobs::open(site).wait_for_the_end();
        pair
    }

    /// Writes comments to the other account, `pace` a second or as fast as they are taken.
    fn write(&self, comments: usize, pace: Option<usize>) -> Duration {
        let (next, started) = (AtomicUsize::new(0), Instant::now());
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| {
                    let mut line = Connection::open(self.site, self.token.clone());
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        if n >= comments {
                            break;
                        }
                        if let Some(pace) = pace {
                            let due = Duration::from_secs_f64(n as f64 / pace as f64);
                            std::thread::park_timeout(due.saturating_sub(started.elapsed()));
                        }
                        let path = format!("/v1/tasks/{}/comments", self.tasks[n % TASKS]);
                        line.post(&path, &json!({"text": TEXT, "notify": [self.contact]}));
                    }
                });
            }
        });
        started.elapsed()
    }
}
