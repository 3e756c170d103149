//! Mails composed and handed over to Postfix's `smtp-sink`, beside what its `smtp-source` hands over by as many sessions;
//! and the same queue with the server down for all of it, and back.

use std::{
    io::Read as _,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{
    Engine, JsonExt as _, PASSWORD,
    process::{Ask, Server, Site, wait_until},
};

use crate::{jobs::Jobs, line, mib};

/// Mails of each measurement: a queue that would show if it were in memory.
const MAILS: usize = 100_000;
/// Recipients of one comment.
const AUDIENCE: usize = 200;
/// One account's share of `mail.concurrency` as it is by default.
const SESSIONS: usize = 16;
/// Mails of `smtp-source`.
const SOURCE_MAILS: usize = 20_000;

pub(super) fn measure() {
    println!(
        "\n{MAILS} mails to {AUDIENCE} contacts of one account, {SESSIONS} sessions, SQLite, synchronous = full"
    );
    let port = free_port();
    let mut site = Site::new(Engine::Sqlite);
    site.set("LIAISON_MAIL__TRANSPORT", format!("smtp://127.0.0.1:{port}?tls=none"));
    site.set("LIAISON_MAIL__MAX_PER_RECIPIENT", u32::MAX.to_string());
    let (token, contacts) = fill(&site);
    let jobs = Jobs::open(&site);

    let sink = Sink::start(port);
    let reference = source(port);
    line("smtp-source to smtp-sink", format!("{reference:.0}/s"));
    let before = sink.stop();

    let sink = Sink::start(port);
    let rate = deliver(&site, &jobs);
    line("composed and taken by smtp-sink", format!("{rate:.0}/s"));
    line("  of what smtp-source hands over", format!("{:.0} %", rate / reference * 100.0));
    assert_eq!((sink.stop(), before), (MAILS, SOURCE_MAILS), "each left once");

    queue(&site, &token, &contacts);
    let (api, workers) = (Api::start(&site), site.start_only("workers"));
    let started = Instant::now();
    wait_until(|| api.all_tried(&token).then_some(()));
    line("tried in vain, the server being down", format!("{:.0}/s", per_second(started.elapsed())));
    line("  memory of the workers, at most", mib(workers.memory("VmHWM")));
    let sink = Sink::start(port);
    jobs.wait_for_the_end();
    line("all had left after", format!("{:.0} s", started.elapsed().as_secs_f64()));
    assert_eq!(sink.stop(), MAILS, "each left once");
    assert!(workers.terminate().success() && api.server.terminate().success());
}

/// The rate of all that is queued, and the memory that it takes.
fn deliver(site: &Site, jobs: &Jobs) -> f64 {
    let workers = site.start_only("workers");
    let time = jobs.wait_for_the_end();
    line("  memory of the workers, at most", mib(workers.memory("VmHWM")));
    line("  memory of the workers, at rest", mib(workers.memory("VmRSS")));
    assert!(workers.terminate().success());
    per_second(time)
}

fn per_second(time: Duration) -> f64 {
    MAILS as f64 / time.as_secs_f64()
}

/// An account with its contacts, and the first queue.
fn fill(site: &Site) -> (String, Vec<String>) {
    let server = Api::start(site);
    let owner = json!({"name": "Anna", "login": "anna", "email": "anna@acme.example", "password": PASSWORD});
    let made = server.post("", "/v1/accounts", &json!({"name": "acme", "title": "Acme", "owner": owner}));
    let token = made["access_token"].text().to_owned();
    let contact = |n: usize| {
        let body = json!({"name": format!("Ivan {n}"), "email": format!("ivan{n}@client.test"), "selectable_as_participant": true});
        server.post(&token, "/v1/contacts", &body).id().to_owned()
    };
    let contacts: Vec<String> = (0..AUDIENCE).map(contact).collect();
    assert!(server.server.terminate().success());
    queue(site, &token, &contacts);
    (token, contacts)
}

/// Comments to everybody, each in a task of its own, while nobody sends.
fn queue(site: &Site, token: &str, contacts: &[String]) {
    let api = Api::start(site);
    let started = Instant::now();
    let text = "Tomorrow at ten suits us well, please ring at the left door. ".repeat(8);
    for _ in 0..MAILS / AUDIENCE {
        let task = api.post(token, "/v1/tasks", &json!({"title": "The gate"}));
        let path = format!("/v1/tasks/{}/comments", task.id());
        api.post(token, &path, &json!({"text": text, "notify": contacts}));
    }
    line("queued", format!("{:.0}/s", per_second(started.elapsed())));
    assert!(api.server.terminate().success());
}

/// A server that answers and sends nothing.
struct Api<'a> {
    site: &'a Site,
    server: Server,
}

impl<'a> Api<'a> {
    fn start(site: &'a Site) -> Self {
        let server = site.start_only("api");
        wait_until(|| TcpStream::connect(&site.http).ok());
        Self { site, server }
    }

    fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> (u16, Value) {
        self.site.ask(&Ask { method, path, token, idempotency_key: None, body }).unwrap()
    }

    /// Whether nothing is left that was never tried.
    fn all_tried(&self, token: &str) -> bool {
        ["queued", "sending"].iter().all(|state| {
            let path = format!("/v1/mail/outgoing?state={state}&limit=1");
            self.ask("GET", &path, token, "").1.items().is_empty()
        })
    }

    fn post(&self, token: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask("POST", path, token, &body.to_string());
        assert_eq!(status, 201, "{answer}");
        answer
    }
}

/// How fast Postfix's own client hands messages of 2 KB over.
fn source(port: u16) -> f64 {
    let started = Instant::now();
    let arguments = ["-d", "-l", "2048", "-f", "anna@acme.test", "-t", "ivan@client.test"];
    let (sessions, mails) = (SESSIONS.to_string(), SOURCE_MAILS.to_string());
    let status = postfix("smtp-source")
        .args(arguments)
        .args(["-s", &sessions, "-m", &mails, &format!("inet:127.0.0.1:{port}")])
        .status();
    assert!(status.unwrap().success());
    SOURCE_MAILS as f64 / started.elapsed().as_secs_f64()
}

/// A server that takes every message and counts.
struct Sink {
    process: Child,
    said: JoinHandle<String>,
}

impl Sink {
    fn start(port: u16) -> Self {
        let mut sink = postfix("smtp-sink");
        // As root it wants to be somebody else.
        if std::fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0) {
            sink.args(["-u", "nobody"]);
        }
        let mut process =
            sink.args(["-c", &format!("127.0.0.1:{port}"), "1000"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = process.stdout.take().unwrap();
        let said = std::thread::spawn(move || {
            let mut said = String::new();
            out.read_to_string(&mut said).unwrap();
            said
        });
        wait_until(|| TcpStream::connect(("127.0.0.1", port)).ok());
        Self { process, said }
    }

    /// The number of messages that it took.
    fn stop(mut self) -> usize {
        let terminated = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(terminated.success());
        self.process.wait().unwrap();
        let said = self.said.join().unwrap();
        let last = said.rsplit("mesg=").next().unwrap();
        last.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    }
}

/// A program of Postfix, which lies where only administrators look.
fn postfix(name: &str) -> Command {
    let path = std::env::join_paths(["/usr/sbin", "/usr/local/sbin", "/usr/libexec/postfix"]).unwrap();
    let found = std::env::split_paths(&path).map(|it| it.join(name)).find(|it| it.exists());
    Command::new(found.unwrap_or_else(|| name.into()))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
