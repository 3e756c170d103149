//! `liaison secrets rotate`: seals the passwords of mailboxes and the signing keys with the present `secrets.key`.

use std::io::Write as _;

use crate::{
    app::App,
    service::{dkim_key, mailbox},
};

/// Prints how many secrets were sealed anew. Run again, it finds none.
pub async fn run(app: &App) -> anyhow::Result<()> {
    let n_sealed = mailbox::secret::rotate(app).await? + dkim_key::secret::rotate(app).await?;
    writeln!(
        std::io::stdout(),
        "{n_sealed} secrets sealed with the present key; secrets.previous_keys can go"
    )?;
    Ok(())
}
