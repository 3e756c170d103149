//! Files: a name and a type over kept content, read by those who may see what they hang on.

use bytes::Bytes;
use liaison_domain::{
    file::{File, UNKNOWN_TYPE, safe_name},
    id::{AccountId, FileId, PersonId},
    refusal::Refusal,
};
use liaison_persistence::{
    database::{Tx, WriteTx},
    file,
};

use super::{Failure, caller::UserCaller};
use crate::{env::Env, storage::Kept};

/// Longest content type in characters (RFC 6838 §4.2 has 127 for each half).
const MAX_TYPE_CHARS: usize = 255;

/// Puts kept content under a name, which may come from a stranger (S11). `declared` is what the sender calls its type; it
/// counts where neither the content nor the name tell.
pub async fn insert(
    tx: &mut WriteTx,
    env: &Env,
    account: AccountId,
    uploader: PersonId,
    name: &str,
    declared: Option<&str>,
    kept: &Kept,
) -> Result<File, Failure> {
    let name = safe_name(name);
    let new = File {
        id: env.id(),
        content_type: content_type(&kept.head, &name, declared),
        name,
        size: kept.size.cast_signed(),
        sha256: kept.sha256.to_vec(),
        created_at: env.now(),
    };
    file::insert(tx, account, uploader, &new, kept.inline.clone()).await?;
    Ok(new)
}

pub async fn get(tx: &mut dyn Tx, caller: &UserCaller, id: FileId) -> Result<File, Failure> {
    let mut found = list_visible(tx, caller, [id]).await?;
    Ok(found.remove(&id).ok_or_else(Refusal::not_found)?)
}

/// A file with its content where that is small; other content lies in the storage.
pub async fn get_with_content(
    tx: &mut dyn Tx,
    caller: &UserCaller,
    id: FileId,
) -> Result<(File, Option<Bytes>), Failure> {
    let found = get(tx, caller, id).await?;
    let content = file::content(tx, caller.account, &found.sha256).await?;
    Ok((found, content))
}

/// The files that a body names in `file_ids`, in this order and each once: who may read a file may attach it.
pub async fn get_attachable(
    tx: &mut dyn Tx,
    caller: &UserCaller,
    ids: &[FileId],
) -> Result<Vec<File>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = list_visible(tx, caller, ids.iter().copied()).await?;
    if let Some(i) = ids.iter().position(|id| !found.contains_key(id)) {
        return Err(Refusal::unknown_id(format!("/file_ids/{i}")).into());
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

async fn list_visible(
    tx: &mut dyn Tx,
    caller: &UserCaller,
    ids: impl IntoIterator<Item = FileId>,
) -> Result<std::collections::HashMap<FileId, File>, Failure> {
    Ok(file::list_visible(tx, caller.account, caller.scope(), caller.standing.role().is_admin(), ids).await?)
}

/// The type of content: by what it is, else by its name, else by what its sender says.
fn content_type(head: &[u8], name: &str, declared: Option<&str>) -> String {
    let by_content = infer::get(head).map(|it| it.mime_type());
    let by_name = || mime_guess::from_path(name).first_raw();
    let declared = || declared.filter(|it| is_content_type(it));
    by_content.or_else(by_name).or_else(declared).unwrap_or(UNKNOWN_TYPE).to_owned()
}

/// `type/subtype` of plain tokens (RFC 6838 §4.2), without parameters.
fn is_content_type(text: &str) -> bool {
    let is_token = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    text.len() <= MAX_TYPE_CHARS && text.split_once('/').is_some_and(|(a, b)| is_token(a) && is_token(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &[u8], name: &str, declared: &str, expected: &str) {
        assert_eq!(content_type(head, name, Some(declared)), expected, "{name} {declared}");
    }

    /// S11: what it is, not what somebody calls it.
    #[test]
    fn the_type_comes_from_the_content_then_the_name_then_the_sender() {
        check(b"\x89PNG\r\n\x1a\n", "a.pdf", "text/html", "image/png");
        check(b"%PDF-1.7", "photo.jpg", "image/jpeg", "application/pdf");
        check(b"<!DOCTYPE html><p>", "photo.png", "image/png", "text/html");
        check(b"Date;Sum\n", "report.csv", "application/pdf", "text/csv");
        check(b"BEGIN:VCALENDAR\r\n", "file", "text/calendar", "text/calendar");
        check(b"?", "file", "text/plain\r\nX: y", UNKNOWN_TYPE);
        check(b"?", "file", "text/plain; charset=x", UNKNOWN_TYPE);
        check(b"", "file", "", UNKNOWN_TYPE);
    }
}
