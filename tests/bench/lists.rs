//! What a large account costs who looks at a page of it: the same questions to a base of a million tasks and to one of ten
//! thousand, in turn, on both engines.

use std::{
    io::Write as _,
    process::Stdio,
    time::{Duration, Instant},
};

use liaison_persistence::testing::latency::take_statistics;
use serde_json::json;
use support::{
    Engine, JsonExt as _, PASSWORD,
    process::{Server, Site},
};
use tokio::runtime::Runtime;

use crate::{connection::Connection, line};

const SMALL: u64 = 10_000;
const LARGE: u64 = 1_000_000;
/// Times that each question is asked.
const ROUNDS: usize = 200;

pub(super) fn measure() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let [small, large] = [SMALL, LARGE].map(|tasks| Base::seed(engine, tasks));
        println!("\n{engine:?}: {LARGE} tasks beside {SMALL}; medians of {ROUNDS} each");
        let servers = [&small, &large].map(|it| it.site.start());
        let asked = [&small, &large].map(Asker::sign_in);
        let questions = asked[0].questions.iter().map(|it| it.0);
        for (n, question) in questions.enumerate() {
            // The server ends a connection on which nothing was asked for some seconds.
            let mut connections = asked.each_ref().map(|it| it.connect(n));
            let mut times = [Vec::new(), Vec::new()];
            for round in 0..ROUNDS + 10 {
                for ((connection, path), times) in connections.iter_mut().zip(&mut times) {
                    let started = Instant::now();
                    connection.get(path);
                    // The first ones fill caches.
                    if round >= 10 {
                        times.push(started.elapsed());
                    }
                }
            }
            let [small, large] = times.map(median);
            let (ratio, ms) = (large / small, 1_000.0);
            line(question, format!("{:.2} / {:.2} ms = {ratio:.2}", large * ms, small * ms));
        }
        for server in servers {
            assert!(Server::terminate(server).success());
        }
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

/// A site with one account.
struct Base {
    site: Site,
    /// A task with a long conversation.
    long: String,
}

impl Base {
    fn seed(engine: Engine, tasks: u64) -> Self {
        let (site, started) = (Site::new(engine), Instant::now());
        assert!(site.command(&["migrate"]).stdout(Stdio::null()).status().unwrap().success());
        let mut seed = site
            .command(&["bench", "seed", "acme", "--tasks", &tasks.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(seed.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        let done = seed.wait_with_output().unwrap();
        assert!(done.status.success());
        let said = String::from_utf8(done.stdout).unwrap();
        let (_, long) = said.trim_end().rsplit_once(' ').unwrap();
        if engine == Engine::Postgres {
            let (_, url) = site.environment().find(|(key, _)| *key == "LIAISON_DATABASE__URL").unwrap();
            Runtime::new().unwrap().block_on(take_statistics(url)).unwrap();
        }
        println!("  {engine:?}: {tasks} tasks seeded in {:.0} s", started.elapsed().as_secs_f64());
        Self { long: long.to_owned(), site }
    }
}

/// Who asks a base: its owner, and an employee.
struct Asker<'a> {
    site: &'a Site,
    owner: String,
    employee: String,
    /// Each with its path, and whether the employee asks it.
    questions: Vec<(&'static str, String, bool)>,
}

impl<'a> Asker<'a> {
    fn sign_in(base: &'a Base) -> Self {
        let sign_in = |login: &str| {
            let email = format!("{login}@acme.example");
            let body = json!({"account": "acme", "email": email, "password": PASSWORD});
            let tokens = Connection::open(&base.site, "").post("/v1/sessions", &body);
            tokens["access_token"].text().to_owned()
        };
        let (owner, employee) = (sign_in("anna"), sign_in("employee-1"));
        let me = Connection::open(&base.site, employee.clone()).get("/v1/me")["employee"].id().to_owned();
        let long = &base.long;
        let questions = vec![
            ("the latest 50", "/v1/tasks?limit=50".to_owned(), false),
            ("50 by change", "/v1/tasks?limit=50&order=updated".to_owned(), false),
            ("50 in progress", "/v1/tasks?limit=50&status=in_progress".to_owned(), false),
            ("50 of an assignee", format!("/v1/tasks?limit=50&person={me}&role=assignee"), false),
            ("an employee's latest 50", "/v1/tasks?limit=50".to_owned(), true),
            ("an employee's 50 by change", "/v1/tasks?limit=50&order=updated".to_owned(), true),
            ("a task with 200 comments", format!("/v1/tasks/{long}"), false),
            ("its 200 comments", format!("/v1/tasks/{long}/comments?limit=200"), false),
        ];
        Self { site: &base.site, owner, employee, questions }
    }

    /// A connection to ask a question over.
    fn connect(&self, n: usize) -> (Connection<'a>, &str) {
        let (_, path, is_employees) = &self.questions[n];
        let token = if *is_employees { &self.employee } else { &self.owner };
        (Connection::open(self.site, token.clone()), path)
    }
}
