//! The keys that an account's own mail is signed with (RFC 6376), for its administrators.
//!
//! Every key signs every mail, so nothing breaks while a new one is being published: make it, publish its record, delete
//! the old one. The private halves are sealed ([`secret`]) and never shown; [`signing`] uses them.

pub mod secret;
pub mod signing;

use liaison_domain::{
    change::Change,
    dkim::{DkimAlgorithm, MAX_KEYS},
    id::DkimKeyId,
    refusal::{Code, Refusal},
};
use liaison_mailer::sign::SigningKey;
use liaison_persistence::{
    account, change_feed,
    database::{Tx, WriteTx},
    dkim_key::{self, DkimKeyRow},
    page::{Page, PageRequest},
};

use super::{Failure, caller::StaffCaller};
use crate::{app::App, env::Env};

/// A new key, made and not kept yet.
#[derive(Debug)]
pub struct NewKey {
    algorithm: DkimAlgorithm,
    key: SigningKey,
}

/// Makes a key off the async threads: RSA takes a good part of a second.
pub async fn generate(caller: &StaffCaller, algorithm: DkimAlgorithm) -> Result<NewKey, Failure> {
    caller.require_admin()?;
    let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm)).await;
    let made = made.map_err(|error| Failure::internal("making a key was cut", error))?;
    let key = made.map_err(|error| Failure::internal("no key can be made", error))?;
    Ok(NewKey { algorithm, key })
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    page: PageRequest,
) -> Result<Page<DkimKeyRow>, Failure> {
    caller.require_admin()?;
    Ok(dkim_key::list(tx, caller.account, page).await?)
}

/// Keeps a key. From its commit on the account's mail is signed with it too.
pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    new: &NewKey,
) -> Result<DkimKeyRow, Failure> {
    caller.require_admin()?;
    account::lock_names(tx, caller.account).await?;
    if dkim_key::list_all(tx, caller.account).await?.len() >= MAX_KEYS {
        return Err(
            Refusal::new(Code::TooManyKeys, "An account has at most four keys; delete one first.").into()
        );
    }
    let id: DkimKeyId = app.env.id();
    let sealed = secret::seal(app, caller.account, id, &new.key)?;
    let row = DkimKeyRow {
        account_id: caller.account,
        id,
        algorithm: new.algorithm,
        selector: selector(id),
        record: new.key.dns_record(),
        key_id: sealed.key_id,
        sealed_key: sealed.bytes,
        created_at: app.env.now(),
    };
    dkim_key::insert(tx, &row).await?;
    change_feed::append(tx, caller.account, Change::DkimKeyCreated, id.uuid(), app.env.now());
    Ok(row)
}

/// Deletes a key. Mail that left is verified with it for as long as its record is published.
pub async fn delete(tx: &mut WriteTx, env: &Env, caller: &StaffCaller, id: DkimKeyId) -> Result<(), Failure> {
    caller.require_admin()?;
    if !dkim_key::delete(tx, caller.account, id).await? {
        return Err(Refusal::not_found().into());
    }
    change_feed::append(tx, caller.account, Change::DkimKeyDeleted, id.uuid(), env.now());
    Ok(())
}

/// A label of the DNS that no other key has: from the random part of its id.
fn selector(id: DkimKeyId) -> String {
    let random = id.uuid().as_u128() & 0xff_ffff_ffff;
    format!("l{random:010x}")
}
