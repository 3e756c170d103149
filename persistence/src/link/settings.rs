//! What an account decides about links: one row, once somebody changed it.

use std::collections::BTreeSet;

use liaison_domain::{
    id::AccountId,
    link::policy::{Incoming, LinkSettings, Outgoing},
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    sql::Json,
};

struct SettingsRow {
    outgoing: Outgoing,
    outgoing_accounts: Json<BTreeSet<String>>,
    trusted_accounts: Json<BTreeSet<String>>,
    incoming: Incoming,
    version: i64,
}
record!(SettingsRow { outgoing, outgoing_accounts, trusted_accounts, incoming, version });

statements! {
    FIND_LINK_SETTINGS = ["SELECT outgoing, outgoing_accounts, trusted_accounts, incoming, version \
        FROM link_settings WHERE account_id = $1"];
    /// Of two that change the same version, the first gets here.
    UPSERT_LINK_SETTINGS = ["INSERT INTO link_settings (account_id, outgoing, outgoing_accounts, trusted_accounts, incoming, \
        version) VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (account_id) DO UPDATE SET outgoing = excluded.outgoing, \
        outgoing_accounts = excluded.outgoing_accounts, trusted_accounts = excluded.trusted_accounts, \
        incoming = excluded.incoming, version = link_settings.version + 1 WHERE link_settings.version = $6"];
}

/// The settings in force: the defaults where nobody changed them.
pub async fn get(tx: &mut dyn Tx, account: AccountId) -> Result<LinkSettings, StorageError> {
    let row = db!(tx, fetch_optional::<SettingsRow>(FIND_LINK_SETTINGS, account))?;
    Ok(row.map_or_else(LinkSettings::default, |row| LinkSettings {
        outgoing: row.outgoing,
        outgoing_accounts: row.outgoing_accounts.0,
        trusted_accounts: row.trusted_accounts.0,
        incoming: row.incoming,
        version: row.version,
    }))
}

/// Writes the settings; false where they are not at their `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    settings: &LinkSettings,
) -> Result<bool, StorageError> {
    let rows = db!(
        tx,
        execute(
            UPSERT_LINK_SETTINGS,
            account,
            settings.outgoing,
            Json(&settings.outgoing_accounts),
            Json(&settings.trusted_accounts),
            settings.incoming,
            settings.version
        )
    )?;
    Ok(rows == 1)
}
