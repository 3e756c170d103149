//! The program itself, as an operator runs it: started, killed, started again; spoken to over sockets.

mod lmtp;
mod office;
mod postfix;

pub use lmtp::{Sender, hand_over};
pub use office::{Office, kill_again_and_again};
pub use postfix::Postfix;

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::OnceLock,
    time::Duration,
};

use liaison_persistence::{database::Engine, testing::TestDatabase};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::app::database;

/// What a server of a test has for itself: a folder, addresses, a database.
pub struct Site {
    folder: TempDir,
    pub http: String,
    pub lmtp: String,
    environment: Vec<(&'static str, String)>,
    database: TestDatabase,
    runtime: Runtime,
}

impl Site {
    /// A site with an empty database.
    pub fn new(engine: Engine) -> Self {
        let folder = TempDir::new().unwrap();
        let runtime = Runtime::new().unwrap();
        let database = runtime.block_on(database(engine, folder.path()));
        let (http, lmtp) = (free_address(), free_address());
        let environment = vec![
            ("LIAISON_DATABASE__URL", database.url.clone()),
            ("LIAISON_HTTP__LISTEN", http.clone()),
            ("LIAISON_LMTP__LISTEN", lmtp.clone()),
            ("LIAISON_HTTP__RATE_LIMIT_PER_MINUTE", u32::MAX.to_string()),
            ("LIAISON_MAIL__MAX_PER_RECIPIENT", "1000000".to_owned()),
            // No test asks the machine's name servers.
            ("LIAISON_MAIL__AUTH", "off".to_owned()),
        ];
        Self { folder, http, lmtp, environment, database, runtime }
    }

    /// Sets a configuration key, as `LIAISON_<SECTION>__<KEY>`.
    pub fn set(&mut self, key: &'static str, value: impl Into<String>) {
        self.environment.push((key, value.into()));
    }

    pub fn environment(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.environment.iter().map(|(key, value)| (*key, value.as_str()))
    }

    /// Changes where LMTP listens.
    pub fn listen_for_lmtp(&mut self, address: &str) {
        address.clone_into(&mut self.lmtp);
        self.set("LIAISON_LMTP__LISTEN", address);
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A subcommand of the program, with the site's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.path()).envs(self.environment());
        command
    }

    /// Starts the server and waits until it serves.
    pub fn start(&self) -> Server {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.ends_with("serving\n") {
            assert_ne!(log.read_line(&mut said).unwrap(), 0, "the server stopped: {said}");
        }
        // Read on, so that the server never waits for us to listen.
        std::thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        Server(child)
    }

    /// Starts one part of the server and waits for nothing.
    pub fn start_only(&self, part: &str) -> Server {
        Server(self.command(&["serve", "--only", part]).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Asks over a connection of its own; an error where the server is gone before it has answered.
    pub fn ask(&self, ask: &Ask<'_>) -> io::Result<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.http)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let key = ask.idempotency_key.map(|key| format!("Idempotency-Key: {key}\r\n")).unwrap_or_default();
        // In one piece: the second of two small ones would wait until the first is acknowledged.
        let request = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {}\r\n{key}Content-Length: {}\r\n\r\n{}",
            ask.method,
            ask.path,
            self.http,
            ask.token,
            ask.body.len(),
            ask.body
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(cut)?;
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).ok_or_else(cut)?;
        Ok((status, serde_json::from_str(body).unwrap_or_default()))
    }

    /// Hands a mail over by LMTP; the last reply, or an error where the server is gone.
    pub fn deliver(&self, sender: &str, recipient: &str, mail: &str) -> io::Result<String> {
        hand_over(&self.lmtp, "LHLO", sender, recipient, mail)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // The database of a test that failed stays, to be looked into.
        if !std::thread::panicking() {
            self.runtime.block_on(self.database.remove()).unwrap();
        }
    }
}

/// A request.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub token: &'a str,
    pub idempotency_key: Option<&'a str>,
    pub body: &'a str,
}

/// A server that runs. Dropped, it is killed.
pub struct Server(Child);

impl Server {
    /// SIGKILL: the process is gone between two instructions.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Its memory in bytes, by the name of a line of its status.
    pub fn memory(&self, line: &str) -> u64 {
        memory(self.0.id(), line)
    }

    /// SIGTERM, then the exit status.
    pub fn terminate(mut self) -> ExitStatus {
        let killed = Command::new("kill").arg(self.0.id().to_string()).status().unwrap();
        assert!(killed.success());
        self.0.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already after `kill` and `terminate`.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Takes this program instead of the one beside the tests, from the next start on.
pub fn use_program(path: impl Into<PathBuf>) {
    PROGRAM.set(path.into()).unwrap();
}

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// The program that was built beside the tests, for tests or for measuring.
pub fn binary() -> PathBuf {
    if let Some(program) = PROGRAM.get() {
        return program.clone();
    }
    let tests = std::env::current_exe().unwrap();
    let path = tests.ancestors().nth(2).unwrap().join("liaison");
    assert!(path.exists(), "{} is missing: `make test` builds it, `cargo build` too", path.display());
    path
}

/// The memory of a process in bytes, by the name of a line of its status: `VmRSS` now, `VmHWM` at most so far.
pub fn memory(process: u32, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let value = status.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(':')).unwrap();
    value.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// An address of this machine where nobody listens.
fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Looks again and again at what another process does, until there is something to see.
pub fn wait_until<T>(look: impl Fn() -> Option<T>) -> T {
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// The mails in an outbox folder.
pub fn mails_in(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).map(|it| it.filter_map(Result::ok).collect::<Vec<_>>()).unwrap_or_default();
    let is_mail = |path: &PathBuf| path.extension().is_some_and(|it| it == "eml");
    entries
        .into_iter()
        .map(|it| it.path())
        .filter(is_mail)
        .map(|it| fs::read_to_string(it).unwrap())
        .collect()
}
