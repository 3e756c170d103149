//! From a letter to its bytes: files are read, the text is put together and signed.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use liaison_domain::{
    file::{AttachedFile, File},
    id::AccountId,
};
use liaison_mailer::{
    compose::{
        attachment::{Attachment, InlineImage},
        notification::{self, Composed},
    },
    transport::Envelope,
};
use liaison_persistence::file;

use super::{Contents, Letter, Unmade};
use crate::{
    app::App,
    service::{Failure, dkim_key::signing::sign_with},
};

impl Letter {
    /// Composes the mail off the async threads.
    pub async fn compose(mut self, app: &App, contents: Contents) -> Result<(Envelope, Composed), Unmade> {
        for AttachedFile { file, content_id } in std::mem::take(&mut self.attached) {
            let content: Arc<[u8]> = match contents {
                Contents::Read => read(app, self.account, &file).await?,
                Contents::LeftOut => Arc::default(),
            };
            let attachment = Attachment { name: file.name, content_type: file.content_type, content };
            match content_id {
                Some(content_id) => {
                    self.notification.inline_images.push(InlineImage { content_id, file: attachment });
                }
                None => self.notification.attachments.push(attachment),
            }
        }
        let Self { notification, envelope, mut signers, written_at, .. } = self;
        if contents == Contents::LeftOut {
            // No signature of another mail than the one that leaves.
            signers = Arc::default();
        }
        let made = tokio::task::spawn_blocking(move || {
            let made = notification::compose(&notification).map_err(|error| error.to_string())?;
            let signed = sign_with(&signers, made.bytes, written_at).map_err(|error| error.to_string())?;
            Ok(Composed { bytes: signed, ..made })
        });
        let composed: Result<Result<Composed, String>, _> = made.await;
        match composed {
            Ok(Ok(composed)) => Ok((envelope, composed)),
            Ok(Err(error)) => Err(Unmade::Impossible(error)),
            Err(panic) => {
                tracing::error!(error = %panic, "composing a mail panicked");
                Err(Unmade::Impossible("the mail can't be composed".to_owned()))
            }
        }
    }
}

async fn read(app: &App, account: AccountId, file: &File) -> Result<Arc<[u8]>, Failure> {
    let mut tx = app.database.read().await?;
    let small = file::content(&mut tx, account, &file.sha256).await?;
    drop(tx);
    if let Some(content) = small {
        return Ok(Arc::from(&*content));
    }
    let unreadable = |error| Failure::internal("a file's content can't be read", error);
    let chunks = app.storage.read(&file.sha256, 0..file.size.cast_unsigned()).await.map_err(unreadable)?;
    let content: Vec<u8> = chunks
        .try_fold(Vec::new(), async |mut content, chunk| {
            content.extend_from_slice(&chunk);
            Ok(content)
        })
        .await
        .map_err(unreadable)?;
    Ok(content.into())
}
