//! `liaison secrets rotate`: seals the passwords of mailboxes with the present `secrets.key`.

use std::io::Write as _;

use crate::{app::App, service::mailbox::secret};

/// Prints how many passwords were sealed anew. Run again, it finds none.
pub async fn run(app: &App) -> anyhow::Result<()> {
    let n_sealed = secret::rotate(app).await?;
    writeln!(
        std::io::stdout(),
        "{n_sealed} passwords sealed with the present key; secrets.previous_keys can go"
    )?;
    Ok(())
}
