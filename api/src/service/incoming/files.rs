//! The files of a mail: their content is kept before the transaction, they are named in it.

use bytes::Bytes;
use liaison_domain::{
    file::Attachment,
    id::{AccountId, IncomingMailId, PersonId},
    inbound::verdict::MAX_MAIL_BYTES,
};
use liaison_mailer::parse::{self, ParsedMail};
use liaison_persistence::database::WriteTx;

use crate::{
    app::App,
    service::{Failure, file},
    storage::Kept,
};

/// A file of the mail whose content is kept.
#[derive(Debug)]
pub(super) struct KeptFile {
    kept: Kept,
    name: String,
    content_type: String,
    content_id: Option<String>,
}

/// Keeps the content of a mail's files, before the transaction that names them.
pub(super) async fn keep(app: &App, mail: &ParsedMail) -> Result<Vec<KeptFile>, Failure> {
    let mut files = Vec::new();
    for it in mail.attachments.iter().filter(|it| !it.inline_noise) {
        let kept = app
            .storage
            .keep_bytes(&app.env, it.bytes.clone(), MAX_MAIL_BYTES as u64)
            .await
            .map_err(|error| Failure::internal("a mail's file can't be stored", error))?;
        files.push(KeptFile {
            kept,
            name: it.name.clone(),
            content_type: it.content_type.clone(),
            content_id: it.content_id.clone(),
        });
    }
    Ok(files)
}

/// Keeps a mail that can't be read as a file.
pub(super) async fn keep_raw(app: &App, id: IncomingMailId, raw: Bytes) -> Result<KeptFile, Failure> {
    let kept = app.storage.keep_bytes(&app.env, raw, MAX_MAIL_BYTES as u64).await;
    let kept = kept.map_err(|error| Failure::internal("a mail can't be kept as a file", error))?;
    let (name, content_type) = (format!("{id}.eml"), "message/rfc822".to_owned());
    Ok(KeptFile { kept, name, content_type, content_id: None })
}

/// The files as they would be kept; nothing is written.
pub(super) fn weigh(mail: &ParsedMail) -> Vec<KeptFile> {
    let weigh = |it: &parse::Attachment| KeptFile {
        kept: Kept::weigh(&it.bytes),
        name: it.name.clone(),
        content_type: it.content_type.clone(),
        content_id: it.content_id.clone(),
    };
    mail.attachments.iter().filter(|it| !it.inline_noise).map(weigh).collect()
}

/// Names the files, in the order of the mail.
pub(super) async fn insert(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    author: PersonId,
    files: &[KeptFile],
) -> Result<Vec<Attachment>, Failure> {
    let mut attachments = Vec::with_capacity(files.len());
    for it in files {
        let declared = Some(it.content_type.as_str());
        let inserted = file::insert(tx, &app.env, account, author, &it.name, declared, &it.kept).await?;
        attachments.push(Attachment { file: inserted.id, content_id: it.content_id.clone() });
    }
    Ok(attachments)
}
