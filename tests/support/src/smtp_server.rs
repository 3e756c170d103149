//! A submission server of somebody else: it wants a login, and can be made to misbehave.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};

/// A server at a port of its own.
pub struct SmtpServer {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    taken: Vec<Taken>,
    refused_sender: Option<&'static str>,
    is_silent: bool,
}

/// A message that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    pub message: Vec<u8>,
}

impl SmtpServer {
    /// The password of the user `acme`.
    pub const PASSWORD: &str = "open sesame";

    /// An access token of the same user's.
    pub const TOKEN: &str = "ya29.open-sesame";

    pub fn start() -> Self {
        Self::start_at(0)
    }

    /// At this port, where one that is down was expected.
    pub fn start_at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let state = shared.clone();
                thread::spawn(move || serve(stream, &state));
            }
        });
        Self { port, state }
    }

    /// How it is reached.
    pub fn connection(&self, password: &str) -> Value {
        json!({"host": "127.0.0.1", "port": self.port, "security": "none", "username": "acme", "password": password})
    }

    /// The messages that it took since this was asked last.
    pub fn take(&self) -> Vec<Taken> {
        std::mem::take(&mut self.state.lock().unwrap().taken)
    }

    /// Takes no mail from this address.
    pub fn refuse_sender(&self, address: &'static str) {
        self.state.lock().unwrap().refused_sender = Some(address);
    }

    /// Answers nobody any more.
    pub fn fall_silent(&self) {
        self.state.lock().unwrap().is_silent = true;
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut reply = "220 smtp.test".to_owned();
    let mut taken = Taken { from: String::new(), to: Vec::new(), message: Vec::new() };
    loop {
        if state.lock().unwrap().is_silent {
            thread::park();
        }
        if stream.write_all(format!("{reply}\r\n").as_bytes()).is_err() {
            return;
        }
        let Some(line) = read(&mut lines) else { return };
        let argument =
            || line.split_once(':').map_or("", |(_, it)| it).trim_matches(['<', '>', ' ']).to_owned();
        reply = match line.split([' ', ':']).next().unwrap() {
            "EHLO" => "250-smtp.test\r\n250 AUTH PLAIN LOGIN XOAUTH2".to_owned(),
            "AUTH" if is_right(&line) => "235 2.7.0 welcome".to_owned(),
            "AUTH" => "535 5.7.8 a secret of the server".to_owned(),
            "MAIL" if state.lock().unwrap().refused_sender.is_some_and(|it| line.contains(it)) => {
                "553 5.7.1 not your address".to_owned()
            }
            "MAIL" => {
                taken = Taken { from: argument(), to: Vec::new(), message: Vec::new() };
                "250 2.1.0 Ok".to_owned()
            }
            "RCPT" => {
                taken.to.push(argument());
                "250 2.1.5 Ok".to_owned()
            }
            "DATA" => {
                if stream.write_all(b"354 go on\r\n").is_err() {
                    return;
                }
                while let Some(line) = read(&mut lines).filter(|it| it != ".") {
                    taken.message.extend_from_slice(line.strip_prefix('.').unwrap_or(&line).as_bytes());
                    taken.message.extend_from_slice(b"\r\n");
                }
                state.lock().unwrap().taken.push(taken.clone());
                "250 2.0.0 Ok: queued".to_owned()
            }
            "QUIT" => return,
            _ => "250 2.0.0 Ok".to_owned(),
        };
    }
}

fn read(lines: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    (lines.read_line(&mut line).ok()? > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

fn is_right(line: &str) -> bool {
    if let Some(given) = line.strip_prefix("AUTH XOAUTH2 ") {
        let given = data_encoding::BASE64.decode(given.as_bytes()).unwrap_or_default();
        return given == format!("user=acme\x01auth=Bearer {}\x01\x01", SmtpServer::TOKEN).as_bytes();
    }
    let given = line.strip_prefix("AUTH PLAIN ").unwrap_or_default();
    let given = data_encoding::BASE64.decode(given.as_bytes()).unwrap_or_default();
    given == format!("\0acme\0{}", SmtpServer::PASSWORD).as_bytes()
}
