//! `liaison mail check`: reads mails and says what is seen in them. No database, no network, no configuration.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    panic,
    path::{Path, PathBuf},
    process::ExitCode,
};

use bytes::Bytes;
use clap::Args;
use liaison_mailer::parse::{self, Limits, MailKind};
use serde::Serialize;

use crate::view::parsed_mail::ParsedMail;

/// Reads mails and prints what is seen in them.
#[derive(Debug, Args)]
pub struct MailCheck {
    /// Print one JSON object a file, one a line.
    #[arg(long)]
    json: bool,
    /// Mails as received (RFC 5322); `-` reads standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl MailCheck {
    /// Checks the files in order. Bad mail is no failure; a file that can't be read is (exit code 2).
    pub fn run(&self) -> io::Result<ExitCode> {
        let limits = Limits::default();
        let mut out = BufWriter::new(io::stdout().lock());
        let mut exit = ExitCode::SUCCESS;
        for file in &self.files {
            match read_capped(file, &limits) {
                Ok(raw) => self.print(&mut out, file, &check(&raw.into(), &limits))?,
                Err(error) => {
                    writeln!(io::stderr(), "{}: {error}", file.display())?;
                    exit = ExitCode::from(2);
                }
            }
        }
        out.flush()?;
        Ok(exit)
    }

    fn print(&self, out: &mut impl Write, file: &Path, mail: &ParsedMail) -> io::Result<()> {
        let file = file.to_string_lossy();
        if self.json {
            serde_json::to_writer(&mut *out, &Checked { file: &file, mail })?;
            writeln!(out)
        } else {
            write_for_people(out, &file, mail)
        }
    }
}

/// One line of the output.
#[derive(Serialize)]
struct Checked<'a> {
    file: &'a str,
    #[serde(flatten)]
    mail: &'a ParsedMail,
}

/// Reads one byte more than a mail may have, so that the parser can tell.
fn read_capped(file: &Path, limits: &Limits) -> io::Result<Vec<u8>> {
    let input: Box<dyn Read> =
        if file.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(File::open(file)?) };
    let mut raw = Vec::new();
    let most = u64::try_from(limits.raw_bytes).unwrap_or(u64::MAX).saturating_add(1);
    input.take(most).read_to_end(&mut raw)?;
    Ok(raw)
}

/// The parser doesn't panic; should it ever, one mail must not hide the others.
fn check(raw: &Bytes, limits: &Limits) -> ParsedMail {
    let mail = panic::catch_unwind(|| parse::parse(raw, limits)).unwrap_or_else(|_| parse::ParsedMail {
        kind: MailKind::Unparsable,
        reasons: vec!["the parser failed".to_owned()],
        ..parse::ParsedMail::default()
    });
    ParsedMail::from(&mail)
}

fn write_for_people(out: &mut impl Write, file: &str, mail: &ParsedMail) -> io::Result<()> {
    writeln!(out, "{file}: {} ({})", name(&mail.kind), mail.reasons.join("; "))?;
    if let Some(from) = &mail.from {
        writeln!(out, "  from     {} <{}>", from.name.as_deref().unwrap_or_default(), from.address)?;
    }
    writeln!(out, "  subject  {}", mail.subject)?;
    if let Some(id) = &mail.message_id {
        writeln!(out, "  id       {id}")?;
    }
    for recipient in mail.bounce.iter().flat_map(|it| &it.recipients) {
        let status = recipient.status.as_deref().unwrap_or("no status");
        writeln!(out, "  bounced  {} {} ({status})", recipient.address, name(&recipient.class))?;
    }
    for file in &mail.attachments {
        writeln!(out, "  file     {} ({}, {} bytes)", file.name, file.content_type, file.size)?;
    }
    for warning in &mail.warnings {
        writeln!(out, "  warning  {warning}")?;
    }
    for line in mail.visible.lines() {
        writeln!(out, "  | {line}")?;
    }
    writeln!(out, "  ({} characters elided)", mail.elided.chars().count())
}

/// The name that the JSON has for it.
fn name(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}
