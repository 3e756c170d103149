//! Verified mails, really signed, against a name server that is really asked.

mod alignment;
mod dns;
mod forgery;
mod spf;

use chrono::{DateTime, Utc};
use mail_auth::{
    common::{crypto::Ed25519Key, headers::HeaderWriter},
    dkim::{DkimSigner, Done},
};
use secrecy::ExposeSecret;

use super::{
    AuthResult::{self, *},
    Authenticator, Hop, Verdict,
};
use crate::{
    sign::{self, Algorithm, SigningKey},
    testing::DnsStub,
};

/// A careful company: `192.0.2.0/24` may send, selector `s1` signs, the rest is to be refused.
const CORP: &str = "
    corp.example                TXT  v=spf1 ip4:192.0.2.0/24 -all
    s1._domainkey.corp.example  TXT  KEY
    _dmarc.corp.example         TXT  v=DMARC1; p=reject
";
const CORPS_SERVER: &str = "192.0.2.7";
const STRANGER: &str = "203.0.113.9";

/// A name server, one key that all domains publish, and who asks.
struct World {
    dns: DnsStub,
    authenticator: Authenticator,
    key: SigningKey,
}

impl World {
    /// `KEY` in the zone becomes the key's record.
    async fn with(zone: &str) -> Self {
        Self::with_key(zone, Algorithm::Ed25519).await
    }

    async fn with_key(zone: &str, algorithm: Algorithm) -> Self {
        let key = SigningKey::generate(algorithm).unwrap();
        let dns = DnsStub::start(&zone.replace("KEY", &key.dns_record())).await;
        let authenticator = Authenticator::new(&dns.settings()).unwrap();
        Self { dns, authenticator, key }
    }

    fn signed(&self, mail: &str, domain: &str) -> String {
        String::from_utf8(sign::sign(mail.as_bytes(), domain, "s1", &self.key, now()).unwrap()).unwrap()
    }

    /// Signed as others may do it.
    fn signed_by(&self, mail: &str, signer: impl Fn(Ed25519Key) -> DkimSigner<Ed25519Key, Done>) -> String {
        let header = signer(self.plain_key()).sign(mail.as_bytes()).unwrap().to_header();
        header + mail
    }

    fn plain_key(&self) -> Ed25519Key {
        Ed25519Key::from_pkcs8_maybe_unchecked_der(self.key.pkcs8().expose_secret()).unwrap()
    }

    async fn verify(&self, mail: &str, hop: &Hop) -> Verdict {
        self.authenticator.verify(mail.as_bytes(), hop, now()).await
    }
}

fn now() -> DateTime<Utc> {
    "2030-01-07T10:00:00Z".parse().unwrap()
}

fn mail_from(from: &str) -> String {
    format!(
        "From: {from}\r\nTo: task+7@acme.liaison.example\r\nSubject: Re: Invoice\r\nMessage-ID: <1@corp.example>\r\n\
         Date: Mon, 7 Jan 2030 09:59:00 +0000\r\n\r\nPaid today.\r\n"
    )
}

fn hop(client_ip: &str, envelope_sender: &str) -> Hop {
    Hop {
        client_ip: Some(client_ip.parse().unwrap()),
        helo: Some("mx.corp.example".to_owned()),
        envelope_sender: envelope_sender.to_owned(),
        authenticated: false,
    }
}

/// SPF, DKIM and DMARC in this order.
#[track_caller]
fn check(verdict: &Verdict, expected: [AuthResult; 3]) {
    assert_eq!([verdict.spf.result, verdict.dkim.result, verdict.dmarc.result], expected, "{verdict:#?}");
    assert_eq!(verdict.is_aligned(), expected[2] == Pass, "{verdict:#?}");
}
