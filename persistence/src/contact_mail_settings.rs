//! What an account decides about the mail to its contacts: one row, once somebody changed it.

use liaison_domain::{
    contact_mail::{ContactMailSettings, StaffWithoutEmail},
    id::{AccountId, TaskId},
    mail_address::EmailAddress,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    sql::Json,
};

#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
struct SettingsRow {
    unique_reply_address: bool,
    attach_files: bool,
    plain_text_part: bool,
    history_messages: i64,
    show_all_recipients: bool,
    staff_without_email: StaffWithoutEmail,
    open_tracking: bool,
    compose_task_template: Option<TaskId>,
    reply_marker: bool,
    suppressed_addresses: Json<Vec<String>>,
    version: i64,
}
record!(SettingsRow {
    unique_reply_address,
    attach_files,
    plain_text_part,
    history_messages,
    show_all_recipients,
    staff_without_email,
    open_tracking,
    compose_task_template,
    reply_marker,
    suppressed_addresses,
    version,
});

statements! {
    FIND_SETTINGS = ["SELECT unique_reply_address, attach_files, plain_text_part, history_messages, show_all_recipients, \
        staff_without_email, open_tracking, compose_task_template, reply_marker, suppressed_addresses, version \
        FROM contact_mail_settings WHERE account_id = $1"];
    /// Of two that change the same version, the first gets here.
    UPSERT_SETTINGS = ["INSERT INTO contact_mail_settings (account_id, unique_reply_address, attach_files, \
        plain_text_part, history_messages, show_all_recipients, staff_without_email, open_tracking, \
        compose_task_template, reply_marker, suppressed_addresses, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) \
        ON CONFLICT (account_id) DO UPDATE SET unique_reply_address = excluded.unique_reply_address, \
        attach_files = excluded.attach_files, plain_text_part = excluded.plain_text_part, \
        history_messages = excluded.history_messages, show_all_recipients = excluded.show_all_recipients, \
        staff_without_email = excluded.staff_without_email, open_tracking = excluded.open_tracking, \
        compose_task_template = excluded.compose_task_template, reply_marker = excluded.reply_marker, suppressed_addresses = excluded.suppressed_addresses, \
        version = contact_mail_settings.version + 1 WHERE contact_mail_settings.version = $12"];
}

/// The settings in force: the defaults where nobody changed them.
pub async fn get(tx: &mut dyn Tx, account: AccountId) -> Result<ContactMailSettings, StorageError> {
    let row = db!(tx, fetch_optional::<SettingsRow>(FIND_SETTINGS, account))?;
    Ok(row.map(ContactMailSettings::from).unwrap_or_default())
}

/// Writes the settings; false where they are not at their `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    settings: &ContactMailSettings,
) -> Result<bool, StorageError> {
    let suppressed = settings.suppressed_addresses.iter().map(|it| it.as_str().to_owned());
    let rows = db!(
        tx,
        execute(
            UPSERT_SETTINGS,
            account,
            settings.unique_reply_address,
            settings.attach_files,
            settings.plain_text_part,
            settings.history_messages,
            settings.show_all_recipients,
            settings.staff_without_email,
            settings.open_tracking,
            settings.compose_task_template,
            settings.reply_marker,
            Json(suppressed.collect::<Vec<String>>()),
            settings.version
        )
    )?;
    Ok(rows == 1)
}

impl From<SettingsRow> for ContactMailSettings {
    fn from(row: SettingsRow) -> Self {
        let suppressed = row.suppressed_addresses.0.iter();
        Self {
            unique_reply_address: row.unique_reply_address,
            attach_files: row.attach_files,
            plain_text_part: row.plain_text_part,
            history_messages: row.history_messages,
            show_all_recipients: row.show_all_recipients,
            staff_without_email: row.staff_without_email,
            open_tracking: row.open_tracking,
            compose_task_template: row.compose_task_template,
            reply_marker: row.reply_marker,
            suppressed_addresses: suppressed.filter_map(|it| EmailAddress::parse(it).ok()).collect(),
            version: row.version,
        }
    }
}
