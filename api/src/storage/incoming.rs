//! Content on its way in: in memory while it is small, in a temporary object as soon as it is not.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _, path::Path};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Kept, MAX_INLINE, location};
use crate::env::Env;

/// Bytes that tell any type we know of.
pub(super) const MAX_HEAD: usize = 8 * 1024;

pub(super) struct Incoming<'a> {
    objects: &'a Arc<dyn ObjectStore>,
    env: &'a Env,
    hash: Sha256,
    size: u64,
    head: BytesMut,
    /// What is not written yet; all of it where there is no upload.
    buffer: BytesMut,
    upload: Option<Upload>,
}

struct Upload {
    temporary: Path,
    writer: Box<dyn MultipartUpload>,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(objects: &'a Arc<dyn ObjectStore>, env: &'a Env) -> Self {
        let (head, buffer) = (BytesMut::new(), BytesMut::new());
        Self { objects, env, hash: Sha256::new(), size: 0, head, buffer, upload: None }
    }

    /// Bytes so far.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    pub(super) async fn write(&mut self, chunk: Bytes) -> object_store::Result<()> {
        self.hash.update(&chunk);
        self.size += chunk.len() as u64;
        let missing = MAX_HEAD - self.head.len();
        self.head.extend_from_slice(&chunk.slice(..missing.min(chunk.len())));
        if self.buffer.len() + chunk.len() <= MAX_INLINE {
            self.buffer.extend_from_slice(&chunk);
            return Ok(());
        }
        let mut upload = match self.upload.take() {
            Some(upload) => upload,
            None => start(self.objects, self.env).await?,
        };
        let part = [self.buffer.split().freeze(), chunk].into_iter().collect();
        let written = upload.writer.put_part(part).await;
        self.upload = Some(upload);
        written
    }

    /// Makes large content last under its digest.
    pub(super) async fn finish(self) -> object_store::Result<Kept> {
        let Self { objects, hash, size, head, buffer, upload, .. } = self;
        let (sha256, head) = (hash.finalize().into(), head.freeze());
        let Some(Upload { temporary, mut writer }) = upload else {
            return Ok(Kept { sha256, size, inline: Some(buffer.freeze()), head });
        };
        if !buffer.is_empty() {
            writer.put_part(buffer.freeze().into()).await?;
        }
        writer.complete().await?;
        if let Err(error) = objects.rename(&temporary, &location(&sha256)).await {
            discard(objects.delete(&temporary).await);
            return Err(error);
        }
        Ok(Kept { sha256, size, inline: None, head })
    }

    /// Forgets what was written.
    pub(super) async fn abandon(self) {
        if let Some(mut upload) = self.upload {
            discard(upload.writer.abort().await);
        }
    }
}

async fn start(objects: &Arc<dyn ObjectStore>, env: &Env) -> object_store::Result<Upload> {
    let temporary = Path::from_iter(["incoming".to_owned(), env.id::<Uuid>().to_string()]);
    let writer = objects.put_multipart(&temporary).await?;
    Ok(Upload { temporary, writer })
}

/// What can't be cleared away now is unreferenced and waits for the sweeper.
fn discard(cleared: object_store::Result<()>) {
    if let Err(error) = cleared {
        tracing::warn!(%error, "an unfinished object stays");
    }
}
