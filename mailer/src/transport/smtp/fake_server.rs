//! An SMTP server for tests: one thread a connection, everything remembered, and as lax about line ends as the
//! servers that smuggling works against (S14, S15).

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

pub(super) const CERTIFICATE: &[u8] = include_bytes!("fixtures/certificate.pem");
const KEY: &[u8] = include_bytes!("fixtures/key.pem");

/// What the server does when it is told something.
pub(super) enum Answer {
    /// What a server does that has no objections.
    Usual,
    Say(&'static str),
    /// The usual answer, then the end.
    UsualThenClose,
    Close,
    /// Nothing, until the client gives up.
    Silence,
}

/// The answer to a command on a connection, both counted from 0. The greeting is the answer to "", the end of the
/// message is the command ".".
type Script = dyn Fn(usize, &str) -> Answer + Send + Sync;

#[derive(Clone)]
pub(super) struct FakeServer {
    pub(super) port: u16,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
pub(super) struct Seen {
    /// Per connection.
    pub(super) commands: Vec<Vec<String>>,
    pub(super) messages: Vec<Received>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// Without stuffed dots and the final dot.
    pub(super) data: Vec<u8>,
    pub(super) is_encrypted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    Nothing,
    StartTls,
    Tls,
}

impl FakeServer {
    pub(super) fn start(
        offer: Offer,
        script: impl Fn(usize, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), seen: Arc::default() };
        let (seen, script) = (Arc::clone(&server.seen), Arc::new(script) as Arc<Script>);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let session = Session {
                    number,
                    offer,
                    seen: Arc::clone(&seen),
                    script: Arc::clone(&script),
                    received: None,
                    is_encrypted: false,
                };
                seen.lock().unwrap().commands.push(Vec::new());
                thread::spawn(move || session.run(stream.unwrap()));
            }
        });
        server
    }

    /// Has no objections to anything.
    pub(super) fn friendly() -> Self {
        Self::start(Offer::Nothing, |_, _| Answer::Usual)
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    /// Connections and messages so far.
    pub(super) fn counts(&self) -> (usize, usize) {
        let seen = self.seen();
        (seen.commands.len(), seen.messages.len())
    }
}

struct Session {
    number: usize,
    offer: Offer,
    seen: Arc<Mutex<Seen>>,
    script: Arc<Script>,
    received: Option<Received>,
    is_encrypted: bool,
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Session {
    fn run(mut self, tcp: TcpStream) {
        // A client that breaks off ends the session; tests look at what was seen.
        let _end = if self.offer == Offer::Tls { self.encrypted(tcp, true) } else { self.plain(tcp) };
    }

    fn plain(&mut self, tcp: TcpStream) -> io::Result<()> {
        let mut stream = tcp.try_clone()?;
        if self.converse(&mut stream, true)? { self.encrypted(tcp, false) } else { Ok(()) }
    }

    fn encrypted(&mut self, tcp: TcpStream, greets: bool) -> io::Result<()> {
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
        let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), tcp);
        self.is_encrypted = true;
        self.converse(&mut stream, greets).map(|_| ())
    }

    /// Returns whether TLS is to start.
    fn converse(&mut self, stream: &mut dyn Stream, greets: bool) -> io::Result<bool> {
        if greets && !self.answer(stream, "")? {
            return Ok(false);
        }
        loop {
            let line = read_line(stream)?;
            self.seen.lock().unwrap().commands[self.number].push(line.clone());
            if !self.answer(stream, &line)? {
                return Ok(false);
            }
            if line == "STARTTLS" {
                return Ok(true);
            }
        }
    }

    /// Returns whether the session goes on.
    fn answer(&mut self, stream: &mut dyn Stream, command: &str) -> io::Result<bool> {
        match (self.script)(self.number, command) {
            Answer::Usual => self.usual(stream, command),
            Answer::UsualThenClose => self.usual(stream, command).map(|_| false),
            Answer::Say(line) => write!(stream, "{line}\r\n").and_then(|()| stream.flush()).map(|()| true),
            Answer::Close => Ok(false),
            Answer::Silence => {
                while stream.read(&mut [0; 1024])? > 0 {}
                Ok(false)
            }
        }
    }

    fn usual(&mut self, stream: &mut dyn Stream, command: &str) -> io::Result<bool> {
        let (verb, argument) = command.split_once([' ', ':']).unwrap_or((command, ""));
        let reply = match verb {
            "" => "220 fake.example ESMTP",
            "EHLO" if self.offer == Offer::StartTls && !self.is_encrypted => {
                "250-fake.example\r\n250-STARTTLS\r\n250 AUTH PLAIN"
            }
            "EHLO" => "250-fake.example\r\n250 AUTH PLAIN LOGIN",
            "AUTH" => "235 2.7.0 ok",
            "STARTTLS" => "220 go ahead",
            "MAIL" => {
                let is_encrypted = self.is_encrypted;
                let from = path(argument);
                self.received = Some(Received { from, to: Vec::new(), data: Vec::new(), is_encrypted });
                "250 2.1.0 Ok"
            }
            "RCPT" => {
                self.received.as_mut().unwrap().to.push(path(argument));
                "250 2.1.5 Ok"
            }
            "DATA" => {
                write!(stream, "354 go on\r\n")?;
                stream.flush()?;
                self.received.as_mut().unwrap().data = read_data(stream)?;
                return self.answer(stream, ".");
            }
            "." => {
                let received = self.received.take().unwrap();
                self.seen.lock().unwrap().messages.push(received);
                "250 2.0.0 Ok: queued as 4F2A"
            }
            "RSET" | "NOOP" => "250 2.0.0 Ok",
            "QUIT" => "221 2.0.0 Bye",
            _ => "500 5.5.2 unknown",
        };
        write!(stream, "{reply}\r\n")?;
        stream.flush()?;
        Ok(verb != "QUIT")
    }
}

fn path(argument: &str) -> String {
    argument.split(['<', '>']).nth(1).unwrap().to_owned()
}

fn read_line(stream: &mut dyn Stream) -> io::Result<String> {
    let mut line = Vec::new();
    loop {
        match read_byte(stream)? {
            b'\n' => return Ok(String::from_utf8(line).unwrap()),
            b'\r' => {}
            byte => line.push(byte),
        }
    }
}

/// Reads up to a dot on a line of its own, whatever the line ends are made of.
fn read_data(stream: &mut dyn Stream) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    let mut line_start = 0;
    loop {
        let byte = read_byte(stream)?;
        data.push(byte);
        if byte != b'\r' && byte != b'\n' {
            continue;
        }
        if data[line_start..] == *b".\r" && data.ends_with(b"\n.\r") {
            read_byte(stream)?;
            data.truncate(line_start);
            return Ok(data);
        }
        if data[line_start..].len() == 2 && data[line_start] == b'.' {
            data.truncate(line_start);
            return Ok(data);
        }
        if data[line_start..].starts_with(b"..") {
            data.remove(line_start);
        }
        line_start = data.len();
    }
}

fn read_byte(stream: &mut dyn Stream) -> io::Result<u8> {
    let mut byte = [0];
    stream.read_exact(&mut byte)?;
    Ok(byte[0])
}
