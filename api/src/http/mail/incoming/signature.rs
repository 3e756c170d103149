//! `Liaison-Signature: t=<unix seconds>,v1=<hex of HMAC-SHA256 over "<t>." and the body>`: who hands a mail in knows
//! `ingest.secret` (S21).

use actix_web::{HttpRequest, http::header::HeaderName};
use liaison_domain::{
    Timestamp,
    refusal::{Code, Refusal},
};

use crate::keys::Keys;

const HEADER: HeaderName = HeaderName::from_static("liaison-signature");
/// How far the sender's clock may be off, and how long a signature is good.
const TOLERANCE_SECONDS: u64 = 300;

/// A signature that is of this time; whether it is right shows when the body is there.
#[derive(Debug)]
pub(super) struct Signature {
    time: String,
    hex: String,
}

impl Signature {
    /// Reads the header; what has no chance is refused before a byte of the body is read.
    pub(super) fn of(request: &HttpRequest, now: Timestamp) -> Result<Self, Refusal> {
        let mut values = request.headers().get_all(&HEADER);
        let value = values.next().filter(|_| values.next().is_none());
        value.and_then(|it| it.to_str().ok()).and_then(|it| Self::read(it, now)).ok_or_else(invalid)
    }

    fn read(value: &str, now: Timestamp) -> Option<Self> {
        let (mut time, mut hex) = (None, None);
        for part in value.split(',') {
            match part.trim().split_once('=')? {
                ("t", it) if time.is_none() => time = Some(it),
                ("v1", it) if hex.is_none() => hex = Some(it),
                ("t" | "v1", _) => return None,
                // A later version beside this one.
                _ => {}
            }
        }
        let (time, hex) = (time?.to_owned(), hex?.to_owned());
        let distance = now.timestamp().abs_diff(time.parse().ok()?);
        (distance <= TOLERANCE_SECONDS).then_some(Self { time, hex })
    }

    pub(super) fn check(&self, keys: &Keys, body: &[u8]) -> Result<(), Refusal> {
        let is_right = keys.ingest_signature_matches(&[self.time.as_bytes(), b".", body], &self.hex);
        if is_right { Ok(()) } else { Err(invalid()) }
    }
}

fn invalid() -> Refusal {
    Refusal::new(
        Code::InvalidSignature,
        "Liaison-Signature is missing, out of its time, or not of this body.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, is_read: bool) {
        let now = Timestamp::from_timestamp(1_900_000_000, 500).unwrap();
        assert_eq!(Signature::read(value, now).is_some(), is_read, "{value}");
    }

    /// S21
    #[test]
    fn a_signature_is_of_this_time_and_of_one_form() {
        check("t=1900000000,v1=ab", true);
        check("v1=ab, t=1899999700", true);
        check("t=1900000300,v1=ab,v2=cd", true);
        check("t=1899999699,v1=ab", false);
        check("t=1900000301,v1=ab", false);
        for bent in ["", "t=1900000000", "v1=ab", "t=x,v1=ab", "t=1900000000,t=1,v1=ab", "t=1900000000;v1=ab"]
        {
            check(bent, false);
        }
    }
}
