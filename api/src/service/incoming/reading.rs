//! Reads a mail's bytes where nobody waits for it: off the async threads, under the parser's caps, and not for ever (S12).

use std::{panic::catch_unwind, time::Duration};

use bytes::Bytes;
use liaison_domain::inbound::{marker::BodyMarker, via::Via};
use liaison_mailer::parse::{self, Limits, MailKind, ParsedMail};
use liaison_persistence::incoming_mail::IncomingMailRow;
use tokio::{task::spawn_blocking, time::timeout};

use crate::keys::digest;

/// How long a mail may take. The caps keep it to a fraction of that.
const PATIENCE: Duration = Duration::from_secs(30);

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
    let work = spawn_blocking(move || {
        catch_unwind(|| {
            let mail = parse::parse(&bytes, &Limits::default());
            let content_hash = parse::fingerprint(&bytes).to_vec();
            Reading { markers: markers(&mail), mail, content_hash }
        })
    });
    match timeout(PATIENCE, work).await {
        Ok(Ok(Ok(reading))) => reading,
        Ok(_panic) => unreadable(&raw, "the parser failed"),
        Err(_elapsed) => unreadable(&raw, "reading it took too long"),
    }
}

/// The mail as final delivery writes it down: with the null sender that LMTP told of, by which robots are known (RFC 5321
/// §4.4 and §4.5.5, R1). Other ways in tell of no sender where they know none.
pub fn delivered(row: &IncomingMailRow, raw: &Bytes) -> Bytes {
    if row.via == Via::Lmtp && row.envelope_sender.is_empty() {
        return [b"Return-Path: <>\r\n".as_slice(), raw].concat().into();
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
