//! Where the content of files lies: under its SHA-256, small content in the database row, large content in a folder.
//!
//! Content is written before the transaction that names it, so an acknowledged file is always whole; what a crash leaves
//! between the two is an object that nothing refers to. Knows no file names, accounts or rights. Start with
//! [`Storage::keep`].

mod incoming;

use std::{convert::Infallible, io, ops::Range, path::PathBuf, pin::pin, sync::Arc};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use futures_util::{Stream, StreamExt as _, stream};
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, local::LocalFileSystem, path::Path,
};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use self::incoming::{Incoming, MAX_HEAD};
use crate::env::Env;

/// Largest content in bytes that stands in the database row: it costs no second sync of the disk.
pub const MAX_INLINE: usize = 64 * 1024;

/// Content by digest, shared by all accounts.
#[derive(Clone, Debug)]
pub struct Storage {
    objects: Arc<dyn ObjectStore>,
}

/// Content that is safe to refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub sha256: [u8; 32],
    /// Bytes.
    pub size: u64,
    /// Small content, which lies nowhere until its row is committed.
    pub inline: Option<Bytes>,
    /// How the content begins, to tell its type by.
    pub head: Bytes,
}

impl Kept {
    /// What content would be kept as, without keeping it.
    pub fn weigh(content: &[u8]) -> Self {
        Self {
            sha256: Sha256::digest(content).into(),
            size: content.len() as u64,
            inline: (content.len() <= MAX_INLINE).then(|| Bytes::copy_from_slice(content)),
            head: Bytes::copy_from_slice(content.get(..MAX_HEAD).unwrap_or(content)),
        }
    }
}

impl Storage {
    /// Opens the storage at `storage.url`; the folder is made where there is none.
    pub fn open(url: &str) -> Result<Self, OpenError> {
        let folder = url.strip_prefix("file://").filter(|it| !it.is_empty()).ok_or(OpenError::Scheme)?;
        std::fs::create_dir_all(folder)
            .map_err(|source| OpenError::Folder { folder: folder.into(), source })?;
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { objects: Arc::new(objects) })
    }

    /// Takes content in, never holding more of it than [`MAX_INLINE`] and a chunk. More than `cap` bytes are refused; a
    /// refusal or an error leaves nothing behind.
    pub async fn keep<E>(
        &self,
        env: &Env,
        content: impl Stream<Item = Result<Bytes, E>>,
        cap: u64,
    ) -> Result<Kept, KeepError<E>> {
        let mut content = pin!(content);
        let mut incoming = Incoming::new(&self.objects, env);
        while let Some(chunk) = content.next().await {
            let taken = match chunk {
                Ok(chunk) if incoming.size() + chunk.len() as u64 > cap => Err(KeepError::TooLarge { cap }),
                Ok(chunk) => incoming.write(chunk).await.map_err(KeepError::Storage),
                Err(source) => Err(KeepError::Content(source)),
            };
            if let Err(error) = taken {
                incoming.abandon().await;
                return Err(error);
            }
        }
        incoming.finish().await.map_err(KeepError::Storage)
    }

    /// Takes content in that is in memory already.
    pub async fn keep_bytes(
        &self,
        env: &Env,
        content: Bytes,
        cap: u64,
    ) -> Result<Kept, KeepError<Infallible>> {
        self.keep(env, stream::iter([Ok(content)]), cap).await
    }

    /// Reads a part of large content, `range` within its size.
    pub async fn read(
        &self,
        sha256: &[u8],
        range: Range<u64>,
    ) -> object_store::Result<impl Stream<Item = object_store::Result<Bytes>> + 'static> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        Ok(self.objects.get_opts(&location(sha256), options).await?.into_stream())
    }
}

/// Content that was taken from its place, to be put back or destroyed.
#[derive(Debug)]
pub struct TakenAway {
    place: Path,
    /// When it was written last.
    pub written_at: DateTime<Utc>,
}

/// Clearing away: nothing may be lost that somebody writes at the same moment, so content is looked at only when nobody
/// can reach it any more.
impl Storage {
    /// Takes content from its place; none where it is gone already.
    pub async fn take_away(&self, sha256: &[u8]) -> object_store::Result<Option<TakenAway>> {
        let place = Path::from_iter(["leaving".to_owned(), HEXLOWER.encode(sha256)]);
        match self.objects.rename(&location(sha256), &place).await {
            Ok(()) => {
                let written_at = self.objects.head(&place).await?.last_modified;
                Ok(Some(TakenAway { place, written_at }))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts content back where it was.
    pub async fn put_back(&self, sha256: &[u8], taken: TakenAway) -> object_store::Result<()> {
        self.objects.rename(&taken.place, &location(sha256)).await
    }

    pub async fn destroy(&self, taken: TakenAway) -> object_store::Result<()> {
        self.objects.delete(&taken.place).await
    }
}

/// Where content lies: two levels of folders keep each of them small.
fn location(sha256: &[u8]) -> Path {
    let level = |n: usize| HEXLOWER.encode(sha256.get(n..=n).unwrap_or_default());
    Path::from_iter([level(0), level(1), HEXLOWER.encode(sha256)])
}

/// Why the storage can't be used.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error("the storage URL has the form file://folder; nothing else is supported")]
    Scheme,
    #[error("the folder {} can't be made", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("the folder can't be used")]
    Storage(#[from] object_store::Error),
}

/// Why content was not kept.
#[derive(Debug, Error)]
pub enum KeepError<E> {
    #[error("the content has more than {cap} bytes")]
    TooLarge { cap: u64 },
    /// The content ended before it was whole.
    #[error("the content can't be read")]
    Content(#[source] E),
    #[error("the content can't be written")]
    Storage(#[source] object_store::Error),
}

#[cfg(test)]
mod tests;
