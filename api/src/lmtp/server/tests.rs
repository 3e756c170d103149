use std::sync::Mutex;

use tokio::{
    io::{BufReader, DuplexStream, duplex},
    net::{TcpStream, UnixStream},
    sync::Notify,
    task::JoinHandle,
};

use super::*;
use crate::lmtp::{Listen, Outcome, ReceivedMail, RecipientVerdict};

/// Keeps what it is given, once it is allowed to.
#[derive(Default)]
struct Shelf {
    mails: Mutex<Vec<ReceivedMail>>,
    may_store: Option<Notify>,
}

impl Intake for Shelf {
    async fn recipient(&self, address: &str) -> RecipientVerdict {
        if address == "info@acme.example" { RecipientVerdict::Known } else { RecipientVerdict::Unknown }
    }

    async fn accept(&self, mail: ReceivedMail) -> Vec<Outcome> {
        if let Some(may_store) = &self.may_store {
            may_store.notified().await;
        }
        let outcomes = vec![Outcome::Stored; mail.recipients.len()];
        self.mails.lock().unwrap().push(mail);
        outcomes
    }
}

/// The other side of a session.
struct Peer<S>(BufReader<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    async fn greeted(stream: S) -> Self {
        let mut peer = Self(BufReader::new(stream));
        assert_eq!(peer.hear().await, "220 liaison LMTP");
        peer.say("LHLO mail.example\r\n").await;
        while peer.hear().await.starts_with("250-") {}
        peer
    }

    async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next line, empty at the end of the connection.
    async fn hear(&mut self) -> String {
        use tokio::io::AsyncBufReadExt;
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }

    async fn sends(&mut self, envelope: &str, message: &str) -> String {
        self.say(&format!("{envelope}DATA\r\n")).await;
        while self.hear().await.starts_with("250 ") {}
        self.say(message).await;
        self.hear().await
    }
}

const ENVELOPE: &str = "MAIL FROM:<anna@b.example>\r\nRCPT TO:<info@acme.example>\r\n";

struct Running {
    listen: Listen,
    shelf: Arc<Shelf>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

async fn start(listen: Listen, limits: Limits) -> Running {
    let listener = Listener::bind(&listen).await.unwrap();
    let listen = listener.tcp_address().map_or(listen, |address| Listen::Tcp(address.to_string()));
    let (shelf, shutdown) = (Arc::new(Shelf::default()), CancellationToken::new());
    let task = tokio::spawn(serve(listener, Arc::clone(&shelf), limits, shutdown.clone()));
    Running { listen, shelf, shutdown, task }
}

fn any_port() -> Listen {
    "127.0.0.1:0".parse().unwrap()
}

impl Running {
    async fn connect(&self) -> Peer<Stream> {
        Peer::greeted(match &self.listen {
            Listen::Tcp(address) => Stream::Left(TcpStream::connect(address).await.unwrap()),
            Listen::Unix(path) => Stream::Right(UnixStream::connect(path).await.unwrap()),
        })
        .await
    }

    fn n_mails(&self) -> usize {
        self.shelf.mails.lock().unwrap().len()
    }
}

#[tokio::test]
async fn mail_is_taken_over_tcp_and_over_a_unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    for listen in [any_port(), Listen::Unix(folder.path().join("lmtp"))] {
        let running = start(listen, Limits::default()).await;
        let mut peer = running.connect().await;
        let long = format!("{}\r\n.\r\n", "a".repeat(100_000));
        assert_eq!(peer.sends(ENVELOPE, &long).await, "250 2.0.0 stored");
        assert_eq!(peer.sends(ENVELOPE, "b\r\n.\r\n").await, "250 2.0.0 stored");
        peer.say("RCPT TO:<nobody@acme.example>\r\nQUIT\r\n").await;
        assert!(peer.hear().await.starts_with("503 5.5.1"));
        assert_eq!(peer.hear().await, "221 2.0.0 bye");
        assert_eq!(peer.hear().await, "");
        assert_eq!(running.n_mails(), 2);
        assert_eq!(running.shelf.mails.lock().unwrap()[0].raw.len(), 100_002);
        running.shutdown.cancel();
        running.task.await.unwrap();
    }
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_a_free_session() {
    let running = start(any_port(), Limits { max_sessions: 1, ..Limits::default() }).await;
    let mut first = running.connect().await;
    let second = async {
        let mut peer = running.connect().await;
        peer.sends(ENVELOPE, "second\r\n.\r\n").await
    };
    let first = async {
        assert_eq!(first.sends(ENVELOPE, "first\r\n.\r\n").await, "250 2.0.0 stored");
        first.say("QUIT\r\n").await;
    };
    assert_eq!(tokio::join!(second, first).0, "250 2.0.0 stored");
    let mails = running.shelf.mails.lock().unwrap();
    assert_eq!(
        mails.iter().map(|mail| &*mail.raw).collect::<Vec<_>>(),
        [b"first\r\n" as &[u8], b"second\r\n"]
    );
}

#[tokio::test]
async fn a_shutdown_sends_idle_sessions_away_and_waits_for_messages() {
    let running = start(any_port(), Limits::default()).await;
    let (mut idle, mut addressing, mut sending) =
        (running.connect().await, running.connect().await, running.connect().await);
    addressing.say(ENVELOPE).await;
    assert!(addressing.hear().await.starts_with("250 2.1.0"));
    assert!(addressing.hear().await.starts_with("250 2.1.5"));
    sending.say(&format!("{ENVELOPE}DATA\r\n")).await;
    while sending.hear().await.starts_with("250 ") {}
    sending.say("half ").await;

    running.shutdown.cancel();
    for peer in [&mut idle, &mut addressing] {
        assert_eq!(peer.hear().await, "421 4.3.2 shutting down");
        assert_eq!(peer.hear().await, "");
    }
    assert!(!running.task.is_finished());

    sending.say(&format!("and half\r\n.\r\n{ENVELOPE}DATA\r\n")).await;
    assert_eq!(sending.hear().await, "250 2.0.0 stored");
    assert_eq!(sending.hear().await, "421 4.3.2 shutting down");
    assert_eq!(running.n_mails(), 1);
    running.task.await.unwrap();
}

async fn converse_over(
    peer_of: impl AsyncFnOnce(Peer<DuplexStream>),
    shelf: &Shelf,
    limits: Limits,
) -> io::Result<()> {
    let (ours, theirs) = duplex(4_096);
    let shutdown = CancellationToken::new();
    tokio::join!(converse(ours, None, shelf, limits, &shutdown), async {
        peer_of(Peer::greeted(theirs).await).await;
    })
    .0
}

/// Product §5: nothing is acknowledged before it is committed.
#[tokio::test]
async fn no_250_is_said_before_the_mail_is_stored() {
    let shelf = Shelf { may_store: Some(Notify::new()), ..Shelf::default() };
    let dialogue = async |mut peer: Peer<DuplexStream>| {
        let reply = peer.sends(ENVELOPE, "a\r\n.\r\n");
        tokio::pin!(reply);
        assert!(futures_util::poll!(&mut reply).is_pending());
        for _ in 0..100 {
            tokio::task::yield_now().await;
            assert!(futures_util::poll!(&mut reply).is_pending());
        }
        assert!(shelf.mails.lock().unwrap().is_empty());
        shelf.may_store.as_ref().unwrap().notify_one();
        assert_eq!(reply.await, "250 2.0.0 stored");
        assert_eq!(shelf.mails.lock().unwrap().len(), 1);
    };
    converse_over(dialogue, &shelf, Limits::default()).await.unwrap();
}

#[tokio::test]
async fn a_connection_lost_in_a_message_leaves_no_mail() {
    let shelf = Shelf::default();
    let dialogue = async |mut peer: Peer<DuplexStream>| {
        peer.say(&format!("{ENVELOPE}DATA\r\n")).await;
        while peer.hear().await.starts_with("250 ") {}
        peer.say("a\r\n.").await;
    };
    converse_over(dialogue, &shelf, Limits::default()).await.unwrap();
    assert!(shelf.mails.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_silent_peer_is_sent_away() {
    let impatient = Limits { command_timeout: Duration::from_millis(1), ..Limits::default() };
    let (ours, theirs) = duplex(4_096);
    converse(ours, None, &Shelf::default(), impatient, &CancellationToken::new()).await.unwrap();
    let mut peer = Peer(BufReader::new(theirs));
    assert_eq!(peer.hear().await, "220 liaison LMTP");
    assert_eq!(peer.hear().await, "421 4.4.2 waited too long");
    assert_eq!(peer.hear().await, "");
}
