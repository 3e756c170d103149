//! The account's own templates that messages are written by.

use std::{collections::HashMap, sync::Arc};

use liaison_domain::id::{AccountId, MailTemplateId};
use liaison_mailer::compose::template::Template;
use liaison_persistence::{
    database::Tx,
    mail_template::{self, MailTemplateRow},
    outgoing_mail::delivery::DeliveryRow,
};

use super::distinct;
use crate::service::{Failure, mail_template::versions};

pub(super) struct OwnTemplate {
    pub versions: Arc<[Template]>,
    pub adds_files: bool,
    /// SIG-3
    pub adds_signature: bool,
    /// DASH-2
    pub adds_portal_link: bool,
}

/// Those that the messages are written by and that are still there.
pub(super) async fn load(
    tx: &mut dyn Tx,
    account: AccountId,
    rows: &[DeliveryRow],
) -> Result<HashMap<MailTemplateId, OwnTemplate>, Failure> {
    let ids = distinct(rows.iter().filter_map(|it| it.form.0.template).map(MailTemplateId::new));
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = mail_template::list_by_ids(tx, account, ids).await?;
    let own = |row: &MailTemplateRow| OwnTemplate {
        versions: versions(row).into(),
        adds_files: row.add_files,
        adds_signature: row.add_signature,
        adds_portal_link: row.add_portal_link,
    };
    Ok(found.iter().map(|row| (row.id, own(row))).collect())
}
