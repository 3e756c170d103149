//! Signs an account's own mail with its keys, as the last thing before it leaves. What leaves by an external mailbox is
//! its server's to sign: its From is not of our domain.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use liaison_domain::{
    Timestamp,
    id::{AccountId, DkimKeyId},
};
use liaison_mailer::sign::{SignError, SigningKey, sign};
use liaison_persistence::{
    database::Tx,
    dkim_key::{self, DkimKeyRow},
};

use super::secret;
use crate::{app::App, service::Failure};

/// What signs in the name of a domain.
#[derive(Clone, Debug)]
pub struct Signer {
    domain: String,
    selector: String,
    key: Arc<SigningKey>,
}

/// What signs an account's mail now, oldest key first.
pub async fn load(
    tx: &mut dyn Tx,
    app: &App,
    account: AccountId,
    domain: &str,
) -> Result<Arc<[Signer]>, Failure> {
    let rows = dkim_key::list_all(tx, account).await?;
    let signer = |row: DkimKeyRow| {
        let key = app.signing_keys.of(app, &row)?;
        Ok(Signer { domain: domain.to_owned(), selector: row.selector, key })
    };
    rows.into_iter().map(signer).collect()
}

/// Puts each one's signature on top. A message that was written at the same time has the same signatures.
pub fn sign_with(signers: &[Signer], message: Vec<u8>, written_at: Timestamp) -> Result<Vec<u8>, SignError> {
    signers
        .iter()
        .try_fold(message, |message, it| sign(&message, &it.domain, &it.selector, &it.key, written_at))
}

/// Keys that were opened: reading one costs more than signing with it.
#[derive(Debug, Default)]
pub struct SigningKeys(Mutex<HashMap<DkimKeyId, Arc<SigningKey>>>);

impl SigningKeys {
    /// More than these are forgotten together.
    const MAX: usize = 1_000;

    fn of(&self, app: &App, row: &DkimKeyRow) -> Result<Arc<SigningKey>, Failure> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(&row.id) {
            return Ok(key.clone());
        }
        if known.len() >= Self::MAX {
            known.clear();
        }
        let key = Arc::new(secret::open(app, row)?);
        known.insert(row.id, key.clone());
        Ok(key)
    }
}
