//! The private halves of the keys: sealed for one account and key, opened where they sign, shown to nobody (S18).

use liaison_domain::id::{AccountId, DkimKeyId};
use liaison_mailer::sign::SigningKey;
use liaison_persistence::dkim_key::{self, DkimKeyRow};
use secrecy::ExposeSecret as _;

use crate::{app::App, keys::SealedSecret, service::Failure};

/// Keys sealed anew in one transaction.
const BATCH: i64 = 100;

pub(super) fn seal(
    app: &App,
    account: AccountId,
    id: DkimKeyId,
    key: &SigningKey,
) -> Result<SealedSecret, Failure> {
    let sealed = app.keys.seal_secret(&app.env, &purpose(account, id), key.pkcs8().expose_secret());
    sealed.map_err(|error| Failure::internal("a signing key can't be sealed", error))
}

pub(super) fn open(app: &App, row: &DkimKeyRow) -> Result<SigningKey, Failure> {
    let opened = app.keys.open_secret(&purpose(row.account_id, row.id), &sealed(row));
    let opened = opened.map_err(|error| Failure::internal("a signing key can't be opened", error))?;
    let key = SigningKey::from_pkcs8(opened.into());
    key.map_err(|error| Failure::internal("a signing key can't be read", error))
}

/// Seals with the present key what is sealed with one before it; gives the number of keys. Doing it again, or beside a
/// running server, does no harm.
pub async fn rotate(app: &App) -> Result<usize, Failure> {
    let mut n_sealed = 0;
    loop {
        let mut tx = app.database.write().await?;
        let old = dkim_key::list_of_other_sealing_keys(&mut tx, app.keys.seal_id(), BATCH).await?;
        if old.is_empty() {
            return Ok(n_sealed);
        }
        for row in &old {
            let purpose = purpose(row.account_id, row.id);
            let anew = app.keys.open_secret(&purpose, &sealed(row));
            let anew = anew.and_then(|plain| app.keys.seal_secret(&app.env, &purpose, &plain));
            let anew =
                anew.map_err(|error| Failure::internal("a signing key can't be sealed anew", error))?;
            dkim_key::update_sealed(&mut tx, row, &anew.key_id, &anew.bytes).await?;
        }
        tx.commit().await?;
        n_sealed += old.len();
    }
}

/// Whether any is sealed with a key that nobody configured.
pub async fn lacks_keys(app: &App) -> Result<bool, Failure> {
    let mut tx = app.database.read().await?;
    let used = dkim_key::list_sealing_keys(&mut tx).await?;
    Ok(used.iter().any(|it| !app.keys.can_open(it)))
}

fn sealed(row: &DkimKeyRow) -> SealedSecret {
    SealedSecret { key_id: row.key_id.clone(), bytes: row.sealed_key.clone() }
}

/// Whose key it is: bound to what is sealed.
fn purpose(account: AccountId, id: DkimKeyId) -> Vec<u8> {
    let ids = [account.uuid(), id.uuid()];
    let [account, id] = ids.each_ref().map(|it| it.as_bytes().as_slice());
    [b"dkim key", account, id].concat()
}
