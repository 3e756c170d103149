//! The `liaison` binary: reads the command line and runs a subcommand.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use liaison_api::mail_check::MailCheck;

/// Headless backend for tasks that clients take part in by mail.
#[derive(Debug, Parser)]
#[command(name = "liaison", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look at mails.
    #[command(subcommand)]
    Mail(MailCommand),
}

#[derive(Debug, Subcommand)]
enum MailCommand {
    /// Read mails and print what is seen in them.
    Check(MailCheck),
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse().command {
        Command::Mail(MailCommand::Check(check)) => Ok(check.run()?),
    }
}
