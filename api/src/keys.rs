//! Keys and tokens: each key serves one purpose, each token is kept as a digest only.

use std::fmt;

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use hmac::{Hmac, Mac as _};
use liaison_domain::{
    id::{AccountId, FileId, OutgoingMailId, PasswordLinkId, PersonId},
    inbound::{address::MailToken, marker::BodyMarker},
};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use uuid::Uuid;

use crate::env::Env;

type HmacSha256 = Hmac<Sha256>;

/// The keys of a server, each derived from a configured secret for one purpose.
#[derive(Clone)]
pub struct Keys {
    access_token: [u8; 32],
    reply_token: [u8; 32],
    bounce_token: [u8; 32],
    body_marker: [u8; 32],
    file_link: [u8; 32],
    unsubscribe: [u8; 32],
    portal_link: [u8; 32],
    portal_access_token: [u8; 32],
    password_link: [u8; 32],
    opening: [u8; 32],
    message_id: [u8; 32],
    installation: [u8; 32],
    /// The one that seals first, then those that only open.
    seals: Vec<SealKey>,
    ingest: Vec<u8>,
}

/// A key that seals.
#[derive(Clone)]
struct SealKey {
    /// Names the key without telling anything of it.
    id: String,
    key: [u8; 32],
}

/// What was sealed, and the name of the key that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    pub key_id: String,
    pub bytes: Vec<u8>,
}

/// Shortest secret that is taken, in bytes. A shorter one refuses to start (S19).
pub const MIN_SECRET_BYTES: usize = 32;

/// The secrets that keys are derived from.
#[derive(Clone, Copy, Debug)]
pub struct Secrets<'a> {
    /// `auth.secret`
    pub auth: &'a [u8],
    /// `secrets.key`
    pub seal: &'a [u8],
    /// `secrets.previous_keys`
    pub previous_seals: &'a [String],
    /// `ingest.secret`
    pub ingest: &'a [u8],
}

impl Keys {
    pub fn derive(secrets: Secrets<'_>) -> Result<Self, KeyError> {
        let previous_seals = secrets.previous_seals.iter().map(String::as_bytes);
        let seals = || [secrets.seal].into_iter().chain(previous_seals.clone());
        if [secrets.auth, secrets.ingest].into_iter().chain(seals()).any(|it| it.len() < MIN_SECRET_BYTES) {
            return Err(KeyError::TooShort);
        }
        Ok(Self {
            access_token: mac(secrets.auth, &[b"access token"]),
            reply_token: mac(secrets.auth, &[b"mail token"]),
            bounce_token: mac(secrets.auth, &[b"bounce token"]),
            body_marker: mac(secrets.auth, &[b"body marker"]),
            file_link: mac(secrets.auth, &[b"file link"]),
            unsubscribe: mac(secrets.auth, &[b"unsubscribe"]),
            portal_link: mac(secrets.auth, &[b"portal link"]),
            portal_access_token: mac(secrets.auth, &[b"portal access token"]),
            password_link: mac(secrets.auth, &[b"password link"]),
            opening: mac(secrets.auth, &[b"opening"]),
            message_id: mac(secrets.auth, &[b"message id"]),
            installation: mac(secrets.auth, &[b"installation"]),
            seals: seals().map(SealKey::derive).collect(),
            ingest: secrets.ingest.to_vec(),
        })
    }

    /// Signs access tokens (HS256).
    pub const fn access_token(&self) -> &[u8] {
        &self.access_token
    }

    /// Signs contacts' access tokens, which are good in the portal alone.
    pub const fn portal_access_token(&self) -> &[u8] {
        &self.portal_access_token
    }

    /// The token of one recipient's reply address for one message. Derived, so that it can be written into the mail at
    /// any time while the database keeps its digest only.
    pub fn reply_token(&self, account: AccountId, mail: OutgoingMailId, person: PersonId) -> String {
        mail_token(&self.reply_token, account, mail, person)
    }

    /// The token of the address that the message is sent from to one recipient. Another than the one in his reply
    /// address: who may answer must not be able to report that nobody can (S5).
    pub fn bounce_token(&self, account: AccountId, mail: OutgoingMailId, person: PersonId) -> String {
        mail_token(&self.bounce_token, account, mail, person)
    }

    /// The marker in the text of one message to one recipient: the message, and 128 bits that prove that we wrote it to
    /// him (R16, S1). Another account's or recipient's is never the same.
    pub fn body_marker(&self, account: AccountId, mail: OutgoingMailId, person: PersonId) -> String {
        let ids = [account.uuid(), mail.uuid(), person.uuid()];
        let mac = mac(&self.body_marker, &ids.each_ref().map(|id| id.as_bytes().as_slice()));
        base32(&[mail.uuid().as_bytes(), mac.get(..16).unwrap_or_default()].concat())
    }

    /// Whether a marker is that of the message to the recipient, in constant time.
    pub fn body_marker_matches(
        &self,
        marker: &BodyMarker,
        account: AccountId,
        mail: OutgoingMailId,
        person: PersonId,
    ) -> bool {
        self.body_marker(account, mail, person).as_bytes().ct_eq(marker.as_str().as_bytes()).into()
    }

    /// The token of a link to a file of a message: it says whose it is, and that we made it.
    pub fn file_token(&self, link: FileLink) -> String {
        sign_ids(&self.file_link, &[link.account.uuid(), link.mail.uuid(), link.file.uuid()])
    }

    /// What a token leads to; none where we didn't make it.
    pub fn open_file_token(&self, token: &str) -> Option<FileLink> {
        let [account, mail, file] = signed_ids(&self.file_link, token)?;
        Some(FileLink {
            account: AccountId::new(account),
            mail: OutgoingMailId::new(mail),
            file: FileId::new(file),
        })
    }

    /// The token of the image that tells that a message was opened.
    pub fn open_token(&self, account: AccountId, mail: OutgoingMailId) -> String {
        sign_ids(&self.opening, &[account.uuid(), mail.uuid()])
    }

    /// Whose image it is; none where we didn't make it.
    pub fn read_open_token(&self, token: &str) -> Option<(AccountId, OutgoingMailId)> {
        let [account, mail] = signed_ids(&self.opening, token)?;
        Some((AccountId::new(account), OutgoingMailId::new(mail)))
    }

    /// The token of the link in a message by which its recipient ends automatic mail.
    pub fn unsubscribe_token(&self, link: MailLink) -> String {
        sign_ids(&self.unsubscribe, &[link.account.uuid(), link.mail.uuid(), link.person.uuid()])
    }

    /// Whose it is; none where we didn't make it.
    pub fn open_unsubscribe_token(&self, token: &str) -> Option<MailLink> {
        let [account, mail, person] = signed_ids(&self.unsubscribe, token)?;
        Some(MailLink { account: account.into(), mail: mail.into(), person: person.into() })
    }

    /// The token of the link in a message by which its recipient enters the portal.
    pub fn portal_token(&self, link: MailLink) -> String {
        sign_ids(&self.portal_link, &[link.account.uuid(), link.mail.uuid(), link.person.uuid()])
    }

    /// Whose it is; none where we didn't make it.
    pub fn open_portal_token(&self, token: &str) -> Option<MailLink> {
        let [account, mail, person] = signed_ids(&self.portal_link, token)?;
        Some(MailLink { account: account.into(), mail: mail.into(), person: person.into() })
    }

    /// The token of a link by which somebody sets his password.
    pub fn password_token(&self, account: AccountId, link: PasswordLinkId) -> String {
        sign_ids(&self.password_link, &[account.uuid(), link.uuid()])
    }

    /// Which link it is; none where we didn't make it.
    pub fn open_password_token(&self, token: &str) -> Option<(AccountId, PasswordLinkId)> {
        let [account, link] = signed_ids(&self.password_link, token)?;
        Some((account.into(), link.into()))
    }

    /// The unguessable local part of a message's Message-ID (S1).
    pub fn message_id(&self, account: AccountId, mail: Uuid) -> String {
        let mac = mac(&self.message_id, &[account.uuid().as_bytes(), mail.as_bytes()]);
        base32(mac.get(..20).unwrap_or_default())
    }

    /// The name by which mail that this installation sent is known when it comes back (R3); no secret.
    pub fn installation(&self) -> String {
        base32(self.installation.get(..10).unwrap_or_default())
    }

    /// Encrypts what must not lie open in the database. `purpose` must be given again to open it.
    pub fn seal(&self, env: &Env, purpose: &[u8], plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(self.seal_secret(env, purpose, plain)?.bytes)
    }

    /// Opens what this key sealed, or one before it.
    pub fn open(&self, purpose: &[u8], sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.seals.iter().find_map(|it| it.open(purpose, sealed).ok()).ok_or(KeyError::Sealed)
    }

    /// Encrypts what is kept for long, so that it can be found and sealed anew when the key changes. `purpose` says whose
    /// secret it is and what for, and must be given again to open it: a secret that was copied to another row stays
    /// shut.
    pub fn seal_secret(&self, env: &Env, purpose: &[u8], plain: &[u8]) -> Result<SealedSecret, KeyError> {
        self.seals.first().ok_or(KeyError::Sealed)?.seal(env, purpose, plain)
    }

    pub fn open_secret(&self, purpose: &[u8], sealed: &SealedSecret) -> Result<Vec<u8>, KeyError> {
        let key = self.seals.iter().find(|it| it.id == sealed.key_id).ok_or(KeyError::Unknown)?;
        key.open(purpose, &sealed.bytes)
    }

    /// The name of the key that seals.
    pub fn seal_id(&self) -> &str {
        self.seals.first().map(|it| it.id.as_str()).unwrap_or_default()
    }

    /// Whether what a key sealed can be opened.
    pub fn can_open(&self, key_id: &str) -> bool {
        self.seals.iter().any(|it| it.id == key_id)
    }

    /// Checks the signature of a mail handed over by HTTP, in constant time: hex of HMAC-SHA256 over `signed`.
    pub fn ingest_signature_matches(&self, signed: &[&[u8]], hex: &str) -> bool {
        let given = data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).unwrap_or_default();
        mac(&self.ingest, signed).as_slice().ct_eq(&given).into()
    }

    /// Signs a mail as `POST /v1/mail/incoming` wants it.
    pub fn ingest_signature(&self, signed: &[&[u8]]) -> String {
        data_encoding::HEXLOWER.encode(&mac(&self.ingest, signed))
    }
}

impl SealKey {
    fn derive(secret: &[u8]) -> Self {
        let id = data_encoding::HEXLOWER.encode(mac(secret, &[b"key id"]).get(..8).unwrap_or_default());
        Self { id, key: mac(secret, &[b"seal"]) }
    }

    fn seal(&self, env: &Env, purpose: &[u8], plain: &[u8]) -> Result<SealedSecret, KeyError> {
        let nonce: [u8; 24] = env.secret();
        let payload = Payload { msg: plain, aad: purpose };
        let sealed =
            self.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|_source| KeyError::Sealed)?;
        Ok(SealedSecret { key_id: self.id.clone(), bytes: [nonce.as_slice(), &sealed].concat() })
    }

    fn open(&self, purpose: &[u8], sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (nonce, rest) = sealed.split_first_chunk::<24>().ok_or(KeyError::Sealed)?;
        let payload = Payload { msg: rest, aad: purpose };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_source| KeyError::Sealed)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key.into())
    }
}

/// A file of one message, which is a link in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLink {
    pub account: AccountId,
    pub mail: OutgoingMailId,
    pub file: FileId,
}

/// One message to one recipient, in which a link is for him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailLink {
    pub account: AccountId,
    pub mail: OutgoingMailId,
    pub person: PersonId,
}

/// Keys are never printed.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length, so this never fails; a zero key would fail every check.
    let Ok(mut mac) = HmacSha256::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn mail_token(key: &[u8], account: AccountId, mail: OutgoingMailId, person: PersonId) -> String {
    let ids = [account.uuid(), mail.uuid(), person.uuid()];
    let mac = mac(key, &ids.each_ref().map(|id| id.as_bytes().as_slice()));
    base32(mac.get(..20).unwrap_or_default())
}

/// Ids with a proof that we wrote them down.
fn sign_ids(key: &[u8], ids: &[Uuid]) -> String {
    let ids: Vec<u8> = ids.iter().flat_map(|id| *id.as_bytes()).collect();
    BASE64URL_NOPAD.encode(&[ids.as_slice(), &ids_mac(key, &ids)].concat())
}

/// The ids that we wrote down; compared in constant time.
fn signed_ids<const N: usize>(key: &[u8], token: &str) -> Option<[Uuid; N]> {
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    let (ids, mac) = bytes.split_at_checked(N * 16)?;
    if !bool::from(ids_mac(key, ids).as_slice().ct_eq(mac)) {
        return None;
    }
    let ids: Vec<Uuid> = ids.chunks_exact(16).filter_map(|it| Uuid::from_slice(it).ok()).collect();
    ids.try_into().ok()
}

fn ids_mac(key: &[u8], ids: &[u8]) -> [u8; 20] {
    mac(key, &[ids]).first_chunk().copied().unwrap_or_default()
}

fn base32(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes).to_lowercase()
}

/// The digest under which a token is kept.
pub fn digest(token: &[u8]) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// The digest of a reply or bounce token.
pub fn mail_token_digest(token: &MailToken) -> Vec<u8> {
    digest(token.as_str().as_bytes())
}

/// The message that a marker names, whether the marker is true or not.
pub fn marked_mail(marker: &BodyMarker) -> Option<OutgoingMailId> {
    let bytes = BASE32_NOPAD.decode(marker.as_str().to_uppercase().as_bytes()).ok()?;
    Uuid::from_slice(bytes.get(..16)?).ok().map(OutgoingMailId::new)
}

/// A random token that says which account it belongs to: `<prefix>_<Base64url(account ‖ secret)>`.
#[derive(Debug)]
pub struct AccountToken {
    pub account: AccountId,
    pub text: String,
}

impl AccountToken {
    pub fn make(env: &Env, prefix: &str, account: AccountId) -> Self {
        let secret: [u8; 32] = env.secret();
        let body = BASE64URL_NOPAD.encode(&[account.uuid().as_bytes().as_slice(), &secret].concat());
        Self { account, text: format!("{prefix}_{body}") }
    }

    pub fn parse(prefix: &str, text: &str) -> Option<Self> {
        let body = text.strip_prefix(prefix)?.strip_prefix('_')?;
        let bytes = BASE64URL_NOPAD.decode(body.as_bytes()).ok().filter(|it| it.len() == 48)?;
        let account = Uuid::from_slice(bytes.get(..16)?).ok()?;
        Some(Self { account: AccountId::new(account), text: text.to_owned() })
    }

    pub fn digest(&self) -> Vec<u8> {
        digest(self.text.as_bytes())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    #[error("a secret has at least {MIN_SECRET_BYTES} bytes")]
    TooShort,
    #[error("what was sealed can't be opened with this key")]
    Sealed,
    #[error("the key that it was sealed with is not configured")]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an old secret of thirty-two bytes";
    const NEW: &str = "a new secret of thirty-two bytes!";

    fn keys(seal: &str, previous: &[&str]) -> Result<Keys, KeyError> {
        let previous_seals: Vec<String> = previous.iter().map(ToString::to_string).collect();
        let other = [7; 32];
        let seal = seal.as_bytes();
        Keys::derive(Secrets { auth: &other, seal, previous_seals: &previous_seals, ingest: &other })
    }

    /// S18: rotation
    #[test]
    fn a_key_before_this_one_still_opens_and_no_longer_seals() {
        let env = Env::system();
        let old = keys(OLD, &[]).unwrap();
        let sealed = old.seal_secret(&env, b"purpose", b"secret").unwrap();
        let new = keys(NEW, &[OLD]).unwrap();
        assert_eq!(new.open_secret(b"purpose", &sealed).unwrap(), b"secret");
        assert!(new.can_open(old.seal_id()) && new.seal_id() != old.seal_id());
        let anew = new.seal_secret(&env, b"purpose", b"secret").unwrap();
        assert_eq!(
            (anew.key_id.as_str(), old.open_secret(b"purpose", &anew)),
            (new.seal_id(), Err(KeyError::Unknown))
        );
    }

    /// S18: a sealed secret says nothing, and opens for its own purpose only.
    #[test]
    fn a_secret_opens_where_it_belongs() {
        let env = Env::system();
        let keys = keys(NEW, &[]).unwrap();
        let mut sealed = keys.seal_secret(&env, b"mailbox 1", b"secret").unwrap();
        assert_eq!(keys.open_secret(b"mailbox 2", &sealed), Err(KeyError::Sealed));
        assert!(!sealed.bytes.windows(6).any(|it| it == b"secret"));
        *sealed.bytes.last_mut().unwrap() ^= 1;
        assert_eq!(keys.open_secret(b"mailbox 1", &sealed), Err(KeyError::Sealed));
    }

    /// S19
    #[test]
    fn a_short_secret_is_no_key() {
        assert_eq!(keys("short", &[]).unwrap_err(), KeyError::TooShort);
        assert_eq!(keys("", &[]).unwrap_err(), KeyError::TooShort);
        assert_eq!(keys(NEW, &["short"]).unwrap_err(), KeyError::TooShort);
    }

    /// S1, S8
    #[test]
    fn a_file_token_opens_unless_a_bit_of_it_is_changed() {
        let secret = [7; 32];
        let keys =
            Keys::derive(Secrets { auth: &secret, seal: &secret, previous_seals: &[], ingest: &secret })
                .unwrap();
        let id = Uuid::from_u128;
        let link = FileLink {
            account: AccountId::new(id(1)),
            mail: OutgoingMailId::new(id(2)),
            file: FileId::new(id(3)),
        };
        let token = keys.file_token(link);
        assert_eq!(keys.open_file_token(&token), Some(link));
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        for i in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[i] ^= 1;
            assert_eq!(keys.open_file_token(&BASE64URL_NOPAD.encode(&bent)), None, "byte {i}");
        }
        assert_eq!(keys.read_open_token(&token), None, "a token has one purpose");
        assert_eq!(
            keys.read_open_token(&keys.open_token(link.account, link.mail)),
            Some((link.account, link.mail))
        );
        for bent in
            ["", "x", token.get(1..).unwrap(), &format!("{token}A"), &BASE64URL_NOPAD.encode(&bytes[..48])]
        {
            assert_eq!(keys.open_file_token(bent), None, "{bent}");
        }
    }
}
