//! What tests of authentication need: a name server on a port of its own, which answers from a zone written as text over
//! UDP and TCP; and a forwarder's seal.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test ends at what it did not expect"
)]

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mail_auth::{
    ArcOutput, AuthenticatedMessage, AuthenticationResults,
    arc::ArcSealer,
    common::{crypto::Ed25519Key, headers::HeaderWriter},
    hickory_resolver::proto::{
        op::{Message, ResponseCode},
        rr::{Name, RData, Record, RecordType, rdata},
    },
};
use secrecy::ExposeSecret;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    task::JoinSet,
    time::sleep,
};

use crate::{authenticate::DnsSettings, sign::SigningKey};

/// A mail as a forwarder passes it on (RFC 8617) who found these results: `dmarc=pass header.from=corp.example`. The key
/// is one of Ed25519, published under the selector `s1`.
pub fn seal(mail: &str, domain: &str, results: &str, key: &SigningKey) -> String {
    let message = AuthenticatedMessage::parse(mail.as_bytes()).unwrap();
    let found = format!("{domain}; {results}");
    let found = AuthenticationResults::new(&found);
    let key = Ed25519Key::from_pkcs8_maybe_unchecked_der(key.pkcs8().expose_secret()).unwrap();
    let sealer = ArcSealer::from_key(key).domain(domain).selector("s1").headers(["From", "Subject", "Date"]);
    sealer.seal(&message, &found, &ArcOutput::default()).unwrap().to_header() + mail
}

/// Serves until it is dropped.
#[derive(Debug)]
pub struct DnsStub {
    address: SocketAddr,
    zone: Arc<Zone>,
    _servers: JoinSet<()>,
}

impl DnsStub {
    /// A line of the zone is a name, a type and the data, which go on to the end of the line:
    ///
    /// ```text
    /// corp.example       TXT   v=spf1 mx -all
    /// corp.example       MX    mail.corp.example
    /// mail.corp.example  A     192.0.2.7
    /// slow.example       SILENT
    /// broken.example     SERVFAIL
    /// ```
    ///
    /// Types: TXT, MX, A, AAAA, PTR; of a name that is `SILENT` or `SERVFAIL`, every type and every name below is. Any
    /// other name does not exist.
    pub async fn start(zone: &str) -> Self {
        Self::start_afar(zone, Duration::ZERO).await
    }

    /// The same, so far away that each answer over UDP takes this long.
    pub async fn start_afar(zone: &str, distance: Duration) -> Self {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = tcp.local_addr().unwrap();
        let udp = UdpSocket::bind(address).await.unwrap();
        let zone = Arc::new(Zone { records: Mutex::new(Records::read(zone)), asked: Mutex::default() });
        let mut servers = JoinSet::new();
        servers.spawn(serve_udp(udp, Arc::clone(&zone), distance));
        servers.spawn(serve_tcp(tcp, Arc::clone(&zone)));
        Self { address, zone, _servers: servers }
    }

    /// Where it serves.
    pub const fn server(&self) -> SocketAddr {
        self.address
    }

    /// Answers from another zone from now on. What was asked already stays in the asker's cache.
    pub fn replace_zone(&self, zone: &str) {
        *self.zone.records() = Records::read(zone);
    }

    /// Patient enough for a busy machine.
    pub fn settings(&self) -> DnsSettings {
        DnsSettings {
            servers: vec![self.address],
            query_timeout: Duration::from_secs(30),
            verification_timeout: Duration::from_mins(1),
            ..DnsSettings::default()
        }
    }

    /// The names asked for so far, each as often as it was asked.
    pub fn asked(&self) -> Vec<String> {
        self.zone.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Debug)]
struct Zone {
    records: Mutex<Records>,
    asked: Mutex<Vec<String>>,
}

#[derive(Debug, Default)]
struct Records {
    of: HashMap<Name, Vec<RData>>,
    silent: Vec<Name>,
    broken: Vec<Name>,
}

impl Records {
    fn read(text: &str) -> Self {
        let mut zone = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, rest) = line.split_once(char::is_whitespace).unwrap();
            let (kind, data) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
            let (name, data) = (fqdn(name), data.trim());
            let data = match kind {
                "SILENT" => {
                    zone.silent.push(name);
                    continue;
                }
                "SERVFAIL" => {
                    zone.broken.push(name);
                    continue;
                }
                "TXT" => {
                    let strings = data.as_bytes().chunks(255).collect();
                    RData::TXT(rdata::TXT::from_bytes(strings))
                }
                "MX" => RData::MX(rdata::MX::new(10, fqdn(data))),
                "A" => RData::A(rdata::A(data.parse().unwrap())),
                "AAAA" => RData::AAAA(rdata::AAAA(data.parse().unwrap())),
                "PTR" => RData::PTR(rdata::PTR(fqdn(data))),
                other => panic!("no record type: {other}"),
            };
            zone.of.entry(name).or_default().push(data);
        }
        zone
    }
}

impl Zone {
    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a request, `None` for silence.
    fn answer(&self, request: &[u8]) -> Option<Message> {
        let request = Message::from_vec(request).unwrap();
        let query = request.queries.first().unwrap().clone();
        let name = query.name().to_lowercase();
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(name.to_ascii());
        let is_below = |tops: &[Name]| tops.iter().any(|top| top.zone_of(&name));
        let known = self.records();
        if is_below(&known.silent) {
            return None;
        }
        let mut response = Message::response(request.metadata.id, request.metadata.op_code);
        response.metadata.recursion_available = true;
        match known.of.get(&name) {
            _ if is_below(&known.broken) => response.metadata.response_code = ResponseCode::ServFail,
            None => response.metadata.response_code = ResponseCode::NXDomain,
            Some(records) => {
                let asked: RecordType = query.query_type();
                let matching = records.iter().filter(|data| data.record_type() == asked);
                response
                    .add_answers(matching.map(|data| Record::from_rdata(name.clone(), 300, data.clone())));
            }
        }
        response.add_query(query);
        Some(response)
    }
}

fn fqdn(name: &str) -> Name {
    let mut name = Name::from_utf8(name).unwrap().to_lowercase();
    name.set_fqdn(true);
    name
}

async fn serve_udp(socket: UdpSocket, zone: Arc<Zone>, distance: Duration) {
    /// What resolvers announce to take (RFC 9715).
    const MAX_PAYLOAD: usize = 1_232;
    let (socket, mut answers) = (Arc::new(socket), JoinSet::new());
    let mut buffer = [0; 4_096];
    while let Ok((length, client)) = socket.recv_from(&mut buffer).await {
        let Some(response) = zone.answer(&buffer[..length]) else { continue };
        let mut bytes = response.to_vec().unwrap();
        if bytes.len() > MAX_PAYLOAD {
            bytes = response.truncate().to_vec().unwrap();
        }
        let socket = Arc::clone(&socket);
        answers.spawn(async move {
            sleep(distance).await;
            socket.send_to(&bytes, client).await.unwrap();
        });
        while answers.try_join_next().is_some() {}
    }
}

async fn serve_tcp(listener: TcpListener, zone: Arc<Zone>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve_connection(stream, Arc::clone(&zone)));
    }
}

async fn serve_connection(mut stream: TcpStream, zone: Arc<Zone>) {
    while let Ok(length) = stream.read_u16().await {
        let mut request = vec![0; usize::from(length)];
        stream.read_exact(&mut request).await.unwrap();
        if let Some(response) = zone.answer(&request) {
            let bytes = response.to_vec().unwrap();
            stream.write_u16(u16::try_from(bytes.len()).unwrap()).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
        }
    }
}
