//! The Dovecot that `scripts/with-dovecot` started, and a wire to it that a test can cut.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};

/// A mailbox that nobody else uses.
pub struct Dovecot {
    /// In the clear and with STARTTLS.
    pub imap: String,
    /// TLS from the first byte.
    pub imaps: String,
    pub ca_file: String,
    pub user: String,
    folder: PathBuf,
}

impl Dovecot {
    /// The password of everybody.
    pub const PASSWORD: &str = "correct-horse";

    /// A new user's empty mailbox.
    pub fn mailbox() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let user = format!("u{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = PathBuf::from(said("TEST_DOVECOT_MAIL")).join(&user);
        // Dovecot is another user where tests run as root.
        for part in ["", "cur", "new", "tmp"] {
            fs::create_dir(folder.join(part)).unwrap();
            fs::set_permissions(folder.join(part), fs::Permissions::from_mode(0o777)).unwrap();
        }
        Self {
            imap: said("TEST_DOVECOT_IMAP"),
            imaps: said("TEST_DOVECOT_IMAPS"),
            ca_file: said("TEST_DOVECOT_CA"),
            user,
            folder,
        }
    }

    /// How the mailbox is reached at this address, in the clear.
    pub fn at(&self, address: &str) -> Value {
        let (host, port) = address.rsplit_once(':').unwrap();
        let port: u16 = port.parse().unwrap();
        json!({"host": host, "port": port, "security": "none", "username": self.user, "password": Self::PASSWORD})
    }

    /// Puts a mail into INBOX, as a mail server does.
    pub fn deliver(&self, mail: impl AsRef<[u8]>) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}.{}.test", COUNT.fetch_add(1, Ordering::Relaxed), process::id());
        let (before, after) = (self.folder.join("tmp").join(&name), self.folder.join("new").join(&name));
        fs::write(&before, mail).unwrap();
        fs::set_permissions(&before, fs::Permissions::from_mode(0o666)).unwrap();
        // It came when the test's clock begins, so that searching by date finds it.
        let at = SystemTime::UNIX_EPOCH + Duration::from_hours(525_960);
        fs::File::options().write(true).open(&before).unwrap().set_modified(at).unwrap();
        fs::rename(before, after).unwrap();
    }

    /// How many mails are marked as seen.
    pub fn n_seen(&self) -> usize {
        self.files("cur")
            .filter(|it| it.rsplit_once(',').is_some_and(|(_, flags)| flags.contains('S')))
            .count()
    }

    /// Marks all mails as seen, as somebody does who reads them elsewhere.
    pub fn read_all(&self) {
        for part in ["new", "cur"] {
            for name in self.files(part) {
                let base = name.split_once(":2,").map_or(name.as_str(), |(base, _)| base);
                let seen = self.folder.join("cur").join(format!("{base}:2,S"));
                fs::rename(self.folder.join(part).join(&name), seen).unwrap();
            }
        }
    }

    /// The mails in the folder of sent mail.
    pub fn sent(&self) -> Vec<String> {
        let folder = self.folder.join(".Sent/cur");
        let entries = fs::read_dir(folder).map(|it| it.map(|it| it.unwrap().path()).collect::<Vec<_>>());
        entries.unwrap_or_default().iter().map(|it| fs::read_to_string(it).unwrap()).collect()
    }

    /// Takes the marks away again.
    pub fn unread_all(&self) {
        for name in self.files("cur") {
            let base = name.split_once(":2,").map_or(name.as_str(), |(base, _)| base);
            fs::rename(self.folder.join("cur").join(&name), self.folder.join("new").join(base)).unwrap();
        }
    }

    /// Makes the server number its mails anew, under another UIDVALIDITY.
    pub fn forget_numbers(&self) {
        for entry in fs::read_dir(&self.folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if name == "dovecot-uidlist" || name.starts_with("dovecot.index") {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }

    fn files(&self, part: &str) -> impl Iterator<Item = String> {
        let entries = fs::read_dir(self.folder.join(part)).unwrap();
        let names: Vec<_> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.into_iter()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // What Dovecot has open it may write anew; the script removes the rest.
        drop(fs::remove_dir_all(Path::new(&self.folder)));
    }
}

#[expect(clippy::disallowed_methods, reason = "what the script says stands in the environment")]
fn said(name: &str) -> String {
    let hint = "`make test` starts a Dovecot and sets it, scripts/with-dovecot too";
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: {hint}"))
}

/// A wire to a server, on which a test can do what networks do.
pub struct Wire {
    pub address: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    open: Mutex<Vec<TcpStream>>,
    /// A word of the client at which nothing goes through any more.
    hold_at: Mutex<Option<&'static str>>,
    is_held: AtomicBool,
    /// A word of the server at which the connection breaks.
    break_at: Mutex<Option<&'static str>>,
    /// A word of the server that becomes another one of that length.
    garble: Mutex<Option<(&'static str, &'static str)>>,
    is_down: AtomicBool,
    n_connections: AtomicUsize,
    n_bytes: AtomicUsize,
}

impl Wire {
    pub fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (state, server) = (Arc::new(State::default()), server.to_owned());
        let shared = state.clone();
        thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                shared.n_connections.fetch_add(1, Ordering::SeqCst);
                if shared.is_down.load(Ordering::SeqCst) {
                    continue;
                }
                let server = TcpStream::connect(&server).unwrap();
                for end in [&client, &server] {
                    shared.open.lock().unwrap().push(end.try_clone().unwrap());
                }
                let (a, b, c, d) = (
                    client.try_clone().unwrap(),
                    server.try_clone().unwrap(),
                    shared.clone(),
                    shared.clone(),
                );
                thread::spawn(move || c.carry(a, b, false));
                thread::spawn(move || d.carry(server, client, true));
            }
        });
        Self { address, state }
    }

    /// Breaks all connections.
    pub fn cut(&self) {
        for end in self.state.open.lock().unwrap().drain(..) {
            drop(end.shutdown(Shutdown::Both));
        }
    }

    /// From now on new connections are closed at once, or no more.
    pub fn set_down(&self, is_down: bool) {
        self.state.is_down.store(is_down, Ordering::SeqCst);
        self.cut();
    }

    /// Lets nothing through from where the client says this.
    pub fn hold_at(&self, word: &'static str) {
        *self.state.hold_at.lock().unwrap() = Some(word);
    }

    pub fn is_held(&self) -> bool {
        self.state.is_held.load(Ordering::SeqCst)
    }

    /// Lets everything through again.
    pub fn release(&self) {
        *self.state.hold_at.lock().unwrap() = None;
        self.state.is_held.store(false, Ordering::SeqCst);
        self.cut();
    }

    /// Breaks a connection when the server says this.
    pub fn break_at(&self, word: &'static str) {
        *self.state.break_at.lock().unwrap() = Some(word);
    }

    /// Changes what the server says.
    pub fn garble(&self, word: &'static str, other: &'static str) {
        assert_eq!(word.len(), other.len());
        *self.state.garble.lock().unwrap() = Some((word, other));
    }

    pub fn n_connections(&self) -> usize {
        self.state.n_connections.load(Ordering::SeqCst)
    }

    /// Bytes that the server said.
    pub fn n_bytes(&self) -> usize {
        self.state.n_bytes.load(Ordering::SeqCst)
    }
}

impl State {
    fn carry(&self, mut from: TcpStream, mut to: TcpStream, is_server: bool) {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(n) = from.read(&mut buffer) {
            if n == 0 || !self.pass(&mut buffer[..n], is_server) || to.write_all(&buffer[..n]).is_err() {
                break;
            }
        }
        if !self.is_held.load(Ordering::SeqCst) {
            drop(to.shutdown(Shutdown::Both));
        }
    }

    /// False where it goes no further.
    fn pass(&self, bytes: &mut [u8], is_server: bool) -> bool {
        if !is_server {
            let is_held = self.hold_at.lock().unwrap().is_some_and(|word| find(bytes, word).is_some());
            self.is_held.fetch_or(is_held, Ordering::SeqCst);
            return !is_held;
        }
        self.n_bytes.fetch_add(bytes.len(), Ordering::SeqCst);
        if let Some((word, other)) = *self.garble.lock().unwrap() {
            while let Some(at) = find(bytes, word) {
                bytes[at..at + word.len()].copy_from_slice(other.as_bytes());
            }
        }
        !self.break_at.lock().unwrap().is_some_and(|word| find(bytes, word).is_some())
    }
}

fn find(bytes: &[u8], word: &str) -> Option<usize> {
    bytes.windows(word.len()).position(|it| it == word.as_bytes())
}
