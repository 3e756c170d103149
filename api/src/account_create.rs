//! `liaison account create`: makes an account where sign-up is closed, or from a script.

use std::io::{BufRead as _, Write as _};

use anyhow::Context as _;
use clap::Args;
use liaison_domain::{
    account::{AccountName, Login},
    language::Language,
    mail_address::EmailAddress,
    text::Name,
};

use crate::{
    app::App,
    service::account::{self, SignUp},
};

/// What the account is made of.
#[derive(Debug, Args)]
pub struct AccountCreate {
    /// A DNS label: the account's mail domain is `<NAME>.<mail.domain>`.
    name: String,
    /// What people call it.
    #[arg(long)]
    title: String,
    /// `en` or `ru`.
    #[arg(long, default_value = "en")]
    language: String,
    #[arg(long)]
    owner_name: String,
    /// The local part of the owner's internal address.
    #[arg(long)]
    owner_login: String,
    /// What the owner signs in with; his password is read from the first line of standard input.
    #[arg(long)]
    owner_email: String,
}

impl AccountCreate {
    pub async fn run(self, app: &App) -> anyhow::Result<()> {
        let new = SignUp {
            name: AccountName::parse(&self.name).context("NAME")?,
            title: Name::parse(&self.title).context("--title")?,
            language: self.language.parse::<Language>().context("--language")?,
            owner_name: Name::parse(&self.owner_name).context("--owner-name")?,
            owner_login: Login::parse(&self.owner_login).context("--owner-login")?,
            owner_email: EmailAddress::parse(&self.owner_email).context("--owner-email")?,
        };
        let mut password = String::new();
        std::io::stdin().lock().read_line(&mut password).context("the password from standard input")?;
        let password = password.trim_end_matches(['\r', '\n']).to_owned();
        crate::service::password::check(&password).context("the password")?;
        let owner = account::identify_owner(app, &new.owner_email, password).await?;
        let mut tx = app.database.write().await?;
        let (account, employee, _) = account::sign_up(&mut tx, &app.env, &new, &owner).await?;
        tx.commit().await?;
        writeln!(std::io::stdout(), "account {} {}, owner {}", account.name, account.id, employee.id)?;
        Ok(())
    }
}
