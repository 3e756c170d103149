//! What an account decides about the mail that comes in: one row, once somebody changed it.

use liaison_domain::{id::AccountId, inbound::settings::IncomingSettings};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
};

record!(IncomingSettings {
    known_senders_only,
    reply_to_inactive,
    match_subject_and_sender,
    match_sender_only,
    mailed_comments_notify_contacts,
    add_original_recipients,
    accept_robots,
    match_ticket_marks,
    author_from_reply_to,
    version,
});

statements! {
    FIND_SETTINGS = ["SELECT known_senders_only, reply_to_inactive, match_subject_and_sender, match_sender_only, \
        mailed_comments_notify_contacts, add_original_recipients, accept_robots, match_ticket_marks, \
        author_from_reply_to, version FROM incoming_settings WHERE account_id = $1"];
    /// Of two that change the same version, the first gets here.
    UPSERT_SETTINGS = ["INSERT INTO incoming_settings (account_id, known_senders_only, reply_to_inactive, \
        match_subject_and_sender, match_sender_only, mailed_comments_notify_contacts, add_original_recipients, \
        accept_robots, match_ticket_marks, author_from_reply_to, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) \
        ON CONFLICT (account_id) DO UPDATE SET known_senders_only = excluded.known_senders_only, \
        reply_to_inactive = excluded.reply_to_inactive, match_subject_and_sender = excluded.match_subject_and_sender, \
        match_sender_only = excluded.match_sender_only, \
        mailed_comments_notify_contacts = excluded.mailed_comments_notify_contacts, \
        add_original_recipients = excluded.add_original_recipients, accept_robots = excluded.accept_robots, \
        match_ticket_marks = excluded.match_ticket_marks, author_from_reply_to = excluded.author_from_reply_to, \
        version = incoming_settings.version + 1 WHERE incoming_settings.version = $11"];
}

/// The settings in force: the defaults where nobody changed them.
pub async fn get(tx: &mut dyn Tx, account: AccountId) -> Result<IncomingSettings, StorageError> {
    Ok(db!(tx, fetch_optional::<IncomingSettings>(FIND_SETTINGS, account))?.unwrap_or_default())
}

/// Writes the settings; false where they are not at their `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    settings: &IncomingSettings,
) -> Result<bool, StorageError> {
    let rows = db!(
        tx,
        execute(
            UPSERT_SETTINGS,
            account,
            settings.known_senders_only,
            settings.reply_to_inactive,
            settings.match_subject_and_sender,
            settings.match_sender_only,
            settings.mailed_comments_notify_contacts,
            settings.add_original_recipients,
            settings.accept_robots,
            settings.match_ticket_marks,
            settings.author_from_reply_to,
            settings.version
        )
    )?;
    Ok(rows == 1)
}
