//! An account's own templates of mails, and which of them its notices to contacts use.

use liaison_domain::{
    Timestamp,
    contact_mail::NoticeType,
    id::{AccountId, MailTemplateId},
};
use serde::{Deserialize, Serialize};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    page::{Cursor, Page, PageRequest},
    sql::{Json, Scalar},
};

/// A template with all its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTemplateRow {
    pub id: MailTemplateId,
    pub name: String,
    pub versions: Json<Vec<VersionRow>>,
    pub add_signature: bool,
    pub add_portal_link: bool,
    pub add_files: bool,
    pub created_at: Timestamp,
    pub version: i64,
}
record!(MailTemplateRow {
    id,
    name,
    versions,
    add_signature,
    add_portal_link,
    add_files,
    created_at,
    version
});

/// A template in one language, as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    pub language: String,
    pub subject: String,
    pub html: String,
    pub text: Option<String>,
}

/// What an account decided about a notice to contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    pub kind: NoticeType,
    pub enabled: bool,
    /// None: the built-in one.
    pub template_id: Option<MailTemplateId>,
    /// Counts the changes.
    pub version: i64,
}
record!(NoticeRow { kind, enabled, template_id, version });

impl NoticeRow {
    /// What nobody decided about.
    const fn untouched(kind: NoticeType) -> Self {
        Self { kind, enabled: kind.is_enabled_by_default(), template_id: None, version: 0 }
    }
}

macro_rules! columns {
    () => {
        "id, name, versions, add_signature, add_portal_link, add_files, created_at, version"
    };
}

statements! {
    INSERT_TEMPLATE = ["INSERT INTO mail_template (account_id, id, name, versions, add_signature, add_portal_link, \
        add_files, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)"];
    UPDATE_TEMPLATE = ["UPDATE mail_template SET name = $3, versions = $4, add_signature = $5, add_portal_link = $6, \
        add_files = $7, version = version + 1 WHERE account_id = $1 AND id = $2 AND version = $8"];
    DELETE_TEMPLATE = ["DELETE FROM mail_template WHERE account_id = $1 AND id = $2 AND version = $3"];
    FIND_TEMPLATE = ["SELECT " columns!() " FROM mail_template WHERE account_id = $1 AND id = $2"];
    LIST_BY_IDS = [
        "SELECT " columns!() " FROM mail_template WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " ORDER BY id"
    ];
    FIND_NOTICE = ["SELECT kind, enabled, template_id, version FROM contact_notice WHERE account_id = $1 AND kind = $2"];
    /// Newest first.
    LIST_TEMPLATES = ["SELECT " columns!() " FROM mail_template WHERE account_id = $1 AND (created_at, id) < ($2, $3) \
        ORDER BY created_at DESC, id DESC LIMIT $4"];
    COUNT_USES = ["SELECT COUNT(*) AS value FROM contact_notice WHERE account_id = $1 AND template_id = $2"];
    LIST_NOTICES = ["SELECT kind, enabled, template_id, version FROM contact_notice WHERE account_id = $1 ORDER BY kind"];
    UPSERT_NOTICE = ["INSERT INTO contact_notice (account_id, kind, enabled, template_id, version) VALUES ($1, $2, $3, $4, 1) \
        ON CONFLICT (account_id, kind) DO UPDATE SET enabled = excluded.enabled, template_id = excluded.template_id, \
        version = contact_notice.version + 1"];
}

pub async fn insert(tx: &mut WriteTx, account: AccountId, row: &MailTemplateRow) -> Result<(), StorageError> {
    db!(
        tx,
        execute(
            INSERT_TEMPLATE,
            account,
            row.id,
            row.name,
            row.versions,
            row.add_signature,
            row.add_portal_link,
            row.add_files,
            row.created_at
        )
    )
    .map(drop)
}

/// Writes a template; false where it is not at its `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    row: &MailTemplateRow,
) -> Result<bool, StorageError> {
    let rows = db!(
        tx,
        execute(
            UPDATE_TEMPLATE,
            account,
            row.id,
            row.name,
            row.versions,
            row.add_signature,
            row.add_portal_link,
            row.add_files,
            row.version
        )
    )?;
    Ok(rows == 1)
}

/// Deletes a template that no notice uses; false where it is not at `version` any more.
pub async fn delete(
    tx: &mut WriteTx,
    account: AccountId,
    id: MailTemplateId,
    version: i64,
) -> Result<bool, StorageError> {
    Ok(db!(tx, execute(DELETE_TEMPLATE, account, id, version))? == 1)
}

pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: MailTemplateId,
) -> Result<Option<MailTemplateRow>, StorageError> {
    db!(tx, fetch_optional::<MailTemplateRow>(FIND_TEMPLATE, account, id))
}

pub async fn list_by_ids(
    tx: &mut dyn Tx,
    account: AccountId,
    ids: impl IntoIterator<Item = MailTemplateId>,
) -> Result<Vec<MailTemplateRow>, StorageError> {
    let ids = Ids::new(ids.into_iter().map(MailTemplateId::uuid));
    db!(tx, fetch_all::<MailTemplateRow>(LIST_BY_IDS, account, ids))
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<MailTemplateRow>, StorageError> {
    let before = page.before();
    let rows = db!(
        tx,
        fetch_all::<MailTemplateRow>(LIST_TEMPLATES, account, before.at(), before.id(), page.fetch())
    )?;
    Ok(Page::cut(rows, page.limit, |it| Cursor::new(it.created_at, it.id.uuid())))
}

/// Whether a notice uses the template.
pub async fn is_used(tx: &mut dyn Tx, account: AccountId, id: MailTemplateId) -> Result<bool, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_USES, account, id))?.0 > 0)
}

/// How the account has one type of notice.
pub async fn find_notice(
    tx: &mut dyn Tx,
    account: AccountId,
    kind: NoticeType,
) -> Result<NoticeRow, StorageError> {
    let changed = db!(tx, fetch_optional::<NoticeRow>(FIND_NOTICE, account, kind))?;
    Ok(changed.unwrap_or_else(|| NoticeRow::untouched(kind)))
}

/// How the account has each type of notice, those that it never changed too.
pub async fn list_notices(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<NoticeRow>, StorageError> {
    let changed = db!(tx, fetch_all::<NoticeRow>(LIST_NOTICES, account))?;
    let of = |kind: &NoticeType| {
        let row = changed.iter().find(|it| it.kind == *kind).copied();
        row.unwrap_or_else(|| NoticeRow::untouched(*kind))
    };
    Ok(NoticeType::ALL.iter().map(of).collect())
}

pub async fn update_notice(
    tx: &mut WriteTx,
    account: AccountId,
    notice: &NoticeRow,
) -> Result<(), StorageError> {
    db!(tx, execute(UPSERT_NOTICE, account, notice.kind, notice.enabled, notice.template_id)).map(drop)
}
