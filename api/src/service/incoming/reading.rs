//! Reads a mail's bytes where nobody waits for it: off the async threads, under the parser's caps, and not for ever (S12).

use std::{panic::catch_unwind, sync::LazyLock, time::Duration};

use bytes::Bytes;
use liaison_domain::inbound::{marker::BodyMarker, via::Via};
use liaison_mailer::{
    buffer,
    parse::{self, Limits, MailKind, ParsedMail},
};
use liaison_persistence::incoming_mail::IncomingMailRow;
use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
    task::spawn_blocking,
    time::timeout,
};

use crate::keys::digest;

/// How long a mail may take. The caps keep it to a fraction of that.
const PATIENCE: Duration = Duration::from_secs(30);

/// Larger mails, in bytes, are read one after the other, by one thread as long as that one is not stuck: the allocator keeps
/// for each thread what its largest mail took.
const LARGE: usize = 64 * 1024;

static READER: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    const FOR_LONG: Duration = Duration::from_hours(24);
    Builder::new_current_thread().max_blocking_threads(4).thread_keep_alive(FOR_LONG).build().ok()
});

/// Whose turn it is at the reader.
static TURN: Semaphore = Semaphore::const_new(1);

/// A mail as read.
#[derive(Debug)]
pub struct Reading {
    pub mail: ParsedMail,
    /// The markers of our own mails that it quotes (R16).
    pub markers: Vec<BodyMarker>,
    /// The same for two deliveries of one mail (R7).
    pub content_hash: Vec<u8>,
}

/// Reads a mail; what can't be read is of kind `Unparsable`, and says why.
pub async fn read(raw: Bytes) -> Reading {
    let bytes = raw.clone();
    let work = move || {
        catch_unwind(|| {
            let mail = parse::parse(&bytes, &Limits::default());
            let content_hash = parse::fingerprint(&bytes).to_vec();
            Reading { markers: markers(&mail), mail, content_hash }
        })
    };
    let reader = READER.as_ref().filter(|_| raw.len() > LARGE);
    let _turn = match reader {
        // Nobody closes the semaphore.
        Some(_) => TURN.acquire().await.ok(),
        None => None,
    };
    let reading = match reader {
        Some(reader) => reader.spawn_blocking(work),
        None => spawn_blocking(work),
    };
    match timeout(PATIENCE, reading).await {
        Ok(Ok(Ok(reading))) => reading,
        Ok(_panic) => unreadable(&raw, "the parser failed"),
        Err(_elapsed) => unreadable(&raw, "reading it took too long"),
    }
}

/// The mail as final delivery writes it down: with the null sender that LMTP told of, by which robots are known (RFC 5321
/// §4.4 and §4.5.5, R1). Other ways in tell of no sender where they know none.
pub fn delivered(row: &IncomingMailRow, raw: &Bytes) -> Bytes {
    if row.via == Via::Lmtp && row.envelope_sender.is_empty() {
        const FIELD: &[u8] = b"Return-Path: <>\r\n";
        let mut delivered = buffer::with_room(FIELD.len() + raw.len());
        delivered.extend_from_slice(FIELD);
        delivered.extend_from_slice(raw);
        return delivered.into();
    }
    raw.clone()
}

/// Some programs quote in one of the two forms of a text only.
fn markers(mail: &ParsedMail) -> Vec<BodyMarker> {
    let mut markers = BodyMarker::list_in(&mail.text);
    let of_html = mail.html.iter().flat_map(|it| BodyMarker::list_in(it));
    for marker in of_html {
        if !markers.contains(&marker) {
            markers.push(marker);
        }
    }
    markers
}

fn unreadable(raw: &[u8], reason: &str) -> Reading {
    tracing::error!(reason, sha256 = data_encoding::HEXLOWER.encode(&digest(raw)), "a mail can't be read");
    let mail =
        ParsedMail { kind: MailKind::Unparsable, reasons: vec![reason.to_owned()], ..ParsedMail::default() };
    Reading { mail, markers: Vec::new(), content_hash: digest(raw) }
}
