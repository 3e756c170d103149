//! Signs outgoing mail with DKIM (RFC 6376, RFC 8463) and makes the keys for it.
//!
//! [`SigningKey::generate`], put [`SigningKey::dns_record`] at `<selector>._domainkey.<domain>`, then [`sign`] each
//! message as the last step before it leaves. Where keys are kept, and which domain signs with which, is not known here.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use chrono::{DateTime, Utc};
use data_encoding::BASE64;
pub use liaison_domain::dkim::DkimAlgorithm as Algorithm;
use mail_auth::{
    AuthenticatedMessage,
    common::{
        crypto::{DkimKey, Ed25519Key, RsaKey, SigningKey as _},
        headers::{HeaderStream, HeaderWriter, Writable},
    },
    dkim::Signature,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use secrecy::{ExposeSecret, SecretSlice};
use thiserror::Error;

/// The fields that are signed (RFC 6376 §5.4.1). The doubled ones are signed once more than they are there, so that
/// nobody can add another above (§5.4.2).
const SIGNED_FIELDS: [&str; 19] = [
    "From",
    "From",
    "Subject",
    "Subject",
    "Date",
    "To",
    "Cc",
    "Reply-To",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Sender",
];

/// A private key.
pub struct SigningKey {
    key: DkimKey,
    public_key: Vec<u8>,
    pkcs8: SecretSlice<u8>,
}

impl SigningKey {
    /// Makes a key with the randomness of the cryptographic library. RSA takes a good part of a second: call it off the
    /// async threads.
    pub fn generate(algorithm: Algorithm) -> Result<Self, SignError> {
        let pkcs8 = match algorithm {
            Algorithm::Rsa2048 => {
                let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_unspecified| SignError::Generate)?;
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_unspecified| SignError::Generate)?;
                der.as_ref().to_vec()
            }
            Algorithm::Ed25519 => Ed25519Key::generate_pkcs8().map_err(SignError::Key)?,
        };
        Self::from_pkcs8(pkcs8.into())
    }

    /// Reads a key as [`SigningKey::pkcs8`] gives it (PKCS #8 in DER, RFC 5958).
    pub fn from_pkcs8(pkcs8: SecretSlice<u8>) -> Result<Self, SignError> {
        if let Ok(key) = Ed25519Key::from_pkcs8_maybe_unchecked_der(pkcs8.expose_secret()) {
            return Ok(Self { public_key: key.public_key(), key: key.into(), pkcs8 });
        }
        let pair = KeyPair::from_pkcs8(pkcs8.expose_secret()).map_err(|_rejected| SignError::Unreadable)?;
        let public_key: PublicKeyX509Der<'_> =
            pair.public_key().as_der().map_err(|_unspecified| SignError::Unreadable)?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pkcs8.expose_secret()));
        let key = RsaKey::from_key_der(der).map_err(SignError::Key)?;
        Ok(Self { public_key: public_key.as_ref().to_vec(), key: key.into(), pkcs8 })
    }

    /// The key for keeping; to be encrypted.
    pub fn pkcs8(&self) -> &SecretSlice<u8> {
        &self.pkcs8
    }

    /// The value of the TXT record that lets others verify (RFC 6376 §3.6.1). An RSA key's is longer than the 255 bytes
    /// of one string of a record; zone files want it in several.
    pub fn dns_record(&self) -> String {
        let name = match self.key {
            DkimKey::Rsa(_) => "rsa",
            DkimKey::Ed25519(_) => "ed25519",
        };
        format!("v=DKIM1; k={name}; p={}", BASE64.encode(&self.public_key))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SigningKey").field(&self.dns_record()).finish()
    }
}

/// Puts a DKIM-Signature on top of a message, signed for `domain` with the key published under `selector`. All of the
/// body is signed; blanks may change on the way (relaxed canonicalization).
///
/// The message must be as it will leave: lines end in CRLF, and nobody rewrites it afterwards.
pub fn sign(
    message: &[u8],
    domain: &str,
    selector: &str,
    key: &SigningKey,
    now: DateTime<Utc>,
) -> Result<Vec<u8>, SignError> {
    let parsed = AuthenticatedMessage::parse(message).ok_or(SignError::NoHeader)?;
    let mut signature = Signature {
        v: 1,
        a: key.key.algorithm(),
        d: domain.to_owned(),
        s: selector.to_owned(),
        h: SIGNED_FIELDS.map(str::to_owned).to_vec(),
        t: u64::try_from(now.timestamp()).unwrap_or_default(),
        ..Signature::default()
    };
    let fields = Fields { fields: parsed.raw_parsed_headers().iter(), body: parsed.raw_body() };
    let (_, canonical_fields, names, canonical_body) = signature.canonicalize(fields);
    signature.h = names;
    signature.bh = key.key.hash(canonical_body).as_ref().to_vec();

    let mut canonical = Vec::new();
    canonical_fields.write(&mut canonical);
    signature.write(&mut canonical, false);
    signature.b = key.key.sign(canonical.as_slice()).map_err(SignError::Key)?;
    let mut signed = signature.to_header().into_bytes();
    signed.extend_from_slice(message);
    Ok(signed)
}

/// A message as mail-auth wants to walk through it.
struct Fields<'a, I> {
    fields: I,
    body: &'a [u8],
}

impl<'a, I: Iterator<Item = &'a (&'a [u8], &'a [u8])>> HeaderStream<'a> for Fields<'a, I> {
    fn next_header(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        self.fields.next().copied()
    }

    fn body(&mut self) -> &'a [u8] {
        self.body
    }
}

/// Why there is no key or no signature.
#[derive(Debug, Error)]
pub enum SignError {
    #[error("the system gives no key")]
    Generate,
    #[error("the key is neither RSA nor Ed25519 in PKCS #8")]
    Unreadable,
    #[error("the message has no header to sign")]
    NoHeader,
    #[error("the cryptographic library refuses the key")]
    Key(#[source] mail_auth::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str =
        "From: task+7@acme.example\r\nTo: bob@b.example\r\nSubject: Invoice\r\n\r\nPlease answer.\r\n";

    fn now() -> DateTime<Utc> {
        "2030-01-07T10:00:00Z".parse().unwrap()
    }

    fn signed(key: &SigningKey) -> String {
        String::from_utf8(sign(MESSAGE.as_bytes(), "acme.example", "s1", key, now()).unwrap()).unwrap()
    }

    #[test]
    fn a_kept_key_signs_as_before() {
        for algorithm in [Algorithm::Ed25519, Algorithm::Rsa2048] {
            let key = SigningKey::generate(algorithm).unwrap();
            let kept = SigningKey::from_pkcs8(key.pkcs8().clone()).unwrap();
            assert_eq!(kept.dns_record(), key.dns_record());
            assert_eq!(signed(&kept), signed(&key));
        }
    }

    #[test]
    fn the_signature_stands_on_top_and_the_message_is_untouched() {
        let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
        let signed = signed(&key);
        let header = signed.strip_suffix(MESSAGE).unwrap();
        assert!(
            header.starts_with(
                "DKIM-Signature: v=1; a=ed25519-sha256; s=s1; d=acme.example; c=relaxed/relaxed;"
            )
        );
        assert!(header.ends_with("\r\n") && header.contains("t=1894010400"), "{header}");
        assert!(header.lines().all(|line| line.len() <= 80), "{header}");
    }

    #[test]
    fn what_cannot_be_signed_is_refused() {
        let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
        assert!(matches!(sign(b"", "acme.example", "s1", &key, now()), Err(SignError::NoHeader)));
        assert!(matches!(SigningKey::from_pkcs8(vec![1, 2, 3].into()), Err(SignError::Unreadable)));
    }

    #[test]
    fn a_private_key_is_not_shown() {
        let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
        assert_eq!(format!("{key:?}"), format!("SigningKey({:?})", key.dns_record()));
    }
}
