//! The `liaison` program: reads the command line and runs a subcommand.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use liaison_api::{
    account_create::AccountCreate,
    bench_seed::BenchSeed,
    config::Config,
    http::openapi,
    ingest::Ingest,
    mail_check::MailCheck,
    secrets_rotate,
    startup::{self, Part},
};

/// Headless backend for tasks that clients take part in by mail.
#[derive(Debug, Parser)]
#[command(name = "liaison", version)]
struct Cli {
    /// The configuration file; default `liaison.toml` where it is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve HTTP and LMTP and run the workers.
    Serve {
        /// Run one part on this node.
        #[arg(long, value_enum)]
        only: Option<Part>,
    },
    /// Bring the database to this program's schema.
    Migrate,
    /// Make accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Make what measurements need.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Take mails from files and look at them at once.
    Ingest(Ingest),
    /// Print the settings in force, secrets masked.
    Config,
    /// Print the OpenAPI document.
    Openapi,
    /// Look after what is kept encrypted.
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Look at mails.
    #[command(subcommand)]
    Mail(MailCommand),
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Make an account with its owner; his password is the first line of standard input.
    Create(AccountCreate),
}

#[derive(Debug, Subcommand)]
enum BenchCommand {
    /// Make an account with many tasks.
    Seed(BenchSeed),
}

#[derive(Debug, Subcommand)]
enum SecretsCommand {
    /// Seal all passwords with the present `secrets.key`, so that `secrets.previous_keys` can go.
    Rotate,
}

#[derive(Debug, Subcommand)]
enum MailCommand {
    /// Read mails and print what is seen in them.
    Check(MailCheck),
}

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let config = || Config::load(cli.config.as_deref());
    match cli.command {
        Command::Serve { only } => run(startup::serve(config()?, only)),
        Command::Migrate => run(startup::migrate(config()?)),
        Command::Account(AccountCommand::Create(create)) => {
            let config = config()?;
            run(async { create.run(&startup::app(config).await?).await })
        }
        Command::Bench(BenchCommand::Seed(seed)) => {
            let config = config()?;
            run(async { seed.run(&startup::app(config).await?).await })
        }
        Command::Ingest(ingest) => {
            let config = config()?;
            run(async { ingest.run(&startup::app(config).await?).await })
        }
        Command::Secrets(SecretsCommand::Rotate) => {
            let config = config()?;
            run(async { secrets_rotate::run(&startup::app(config).await?).await })
        }
        Command::Config => print(&config()?.describe()),
        Command::Openapi => print(openapi::yaml()?.trim_end()),
        Command::Mail(MailCommand::Check(check)) => Ok(check.run()?),
    }
}

/// Runs a command that waits for the network or the database.
fn run(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(command)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints a command's result.
fn print(text: &str) -> anyhow::Result<ExitCode> {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}
