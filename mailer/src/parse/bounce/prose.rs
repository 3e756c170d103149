//! Reports written for people: who wasn't reached, and what the server said.
//!
//! Three places name a recipient, the surest first: a line that an address heads (`<a@b.example>:`), a line that ends in
//! one after a label (`Unknown user: a@b.example`), a sentence. The first kind that is found decides; what follows an
//! address up to the next one is what was said of it.

use std::sync::LazyLock;

use regex::Regex;

use super::{Finding, Original, original, status};
use crate::parse::mime::Part;

#[expect(clippy::expect_used, reason = "a constant pattern")]
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:"[^"\s@]+"|[^\s<>()\[\]:;,"'`|*]+)@[^\s<>()\[\]:;,"'`=|*@/]+"#)
        .expect("pattern of addresses")
});

/// Words around an address that make it somebody to ask, or the sender, rather than a recipient.
const NOT_RECIPIENTS: [&str; 17] = [
    "contact",
    "assistance",
    "please",
    "e-mail us",
    "question",
    "help",
    "from:",
    "sender",
    "from ",
    "visit",
    "abuse",
    "reply-to",
    "message-id",
    "return-path",
    "send mail to",
    "report",
    "your message to <postmaster",
];

/// All addresses in `text`, in order, without what surrounds them.
pub(super) fn addresses(text: &str) -> Vec<String> {
    ADDRESS.find_iter(text).map(|it| clean(it.as_str())).filter(|it| is_address(it)).collect()
}

fn clean(address: &str) -> String {
    let address = address.trim_end_matches(['.', '!', '?', '}', '\\']).trim_start_matches(['.', '{', '!']);
    // X.400 and Exchange write the kind before the address.
    address.strip_prefix("mailto:").unwrap_or(address).to_owned()
}

fn is_address(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && text.len() <= 320)
}

/// Recipients named by the notice, with what it says of them.
pub(super) fn read(root: &Part<'_>, notice: &str, returned: Option<&Original>) -> Vec<Finding> {
    let failed: Vec<String> =
        root.headers.texts("X-Failed-Recipients").flat_map(|it| addresses(&it)).collect();
    let participants = Participants::of(root);
    let to = returned.map(|it| it.to.clone()).unwrap_or_default();
    let heading = heading(notice);
    let candidates = [
        participants.others(&failed),
        participants.others(&heading),
        // Somebody who wrote to himself is named like anybody else.
        participants.not_servers(&heading),
        participants.others(&ending(notice)),
        participants.others(&mentioned(notice)),
        participants.others(&to),
        failed,
        to,
    ];
    let chosen = candidates.into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    let mut findings: Vec<Finding> = Vec::new();
    for address in chosen {
        if !findings.iter().any(|it| it.address.eq_ignore_ascii_case(&address)) {
            findings.push(Finding { address, ..Finding::default() });
        }
    }
    complete(&mut findings, notice);
    findings
}

/// Adds what the notice says of recipients already known.
pub(super) fn complete(findings: &mut [Finding], notice: &str) {
    let all: Vec<String> = findings.iter().map(|it| it.address.to_lowercase()).collect();
    for finding in findings {
        let said = said_of(&finding.address, &all, notice);
        let said =
            if all.len() == 1 && status::find_code(&said).is_none() { notice.to_owned() } else { said };
        if finding.status.as_deref().is_none_or(status::is_vague) {
            finding.status = status::find_code(&said).or(finding.status.take());
        }
        if finding.diagnostic.is_none() {
            finding.diagnostic = diagnostic(&said);
        }
    }
}

/// Everything from a line with the address up to one with another recipient or a blank line after some words.
fn said_of(address: &str, all: &[String], notice: &str) -> String {
    let address = address.to_lowercase();
    let mut said = String::new();
    let mut speaks_of_it = false;
    for line in notice.lines() {
        let lower = line.to_lowercase();
        if lower.contains(&address) {
            speaks_of_it = true;
        } else if all.iter().any(|other| lower.contains(other.as_str())) {
            speaks_of_it = false;
        }
        if speaks_of_it {
            said.push_str(line.trim());
            said.push('\n');
        }
    }
    said
}

/// The first line that carries a code, else the first with words after the address.
fn diagnostic(said: &str) -> Option<String> {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let coded =
        lines.clone().find(|line| status::find_code(line).is_some() || status::find_reply(line).is_some());
    coded
        .or_else(|| lines.find(|line| line.split_whitespace().count() > 2))
        .map(|line| line.chars().take(500).collect())
}

/// Addresses that head a line.
fn heading(notice: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in notice.lines() {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || "|*-<>\u{2022}[\"'".contains(c));
        let line = line
            .strip_prefix("mailto:")
            .or(line.strip_prefix("SMTP:"))
            .or(line.strip_prefix("smtp:"))
            .unwrap_or(line);
        if let Some(first) = ADDRESS.find(line).filter(|it| it.start() == 0) {
            let after = line.get(first.end()..).unwrap_or_default();
            // A sentence may start with an address as well: "Dear" is left out in some languages.
            let is_name =
                after.trim_start_matches(' ').starts_with(|c: char| !c.is_ascii() && c.is_alphabetic());
            if !is_name {
                found.push(clean(first.as_str()));
            }
        }
    }
    found.retain(|it| is_address(it));
    found
}

/// Addresses that end a line after a label.
fn ending(notice: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in notice.lines() {
        let lower = line.to_lowercase();
        let line = line.trim_end_matches(|c: char| c.is_whitespace() || ">)].,;\"'".contains(c));
        let Some(last) = ADDRESS.find_iter(line).last().filter(|it| it.end() == line.len()) else { continue };
        let label = line
            .get(..last.start())
            .unwrap_or_default()
            .trim_end_matches(|c: char| c.is_whitespace() || "<([\"'".contains(c));
        let is_label = label.ends_with(':') && !NOT_RECIPIENTS.iter().any(|it| lower.contains(it));
        if is_label {
            found.push(clean(last.as_str()));
        }
    }
    found.retain(|it| is_address(it));
    found
}

/// Addresses anywhere else, but not those of somebody to ask.
fn mentioned(notice: &str) -> Vec<String> {
    let lines = notice.lines().filter(|line| {
        let lower = line.to_lowercase();
        !NOT_RECIPIENTS.iter().any(|it| lower.contains(it))
    });
    lines.flat_map(addresses).collect()
}

/// Those who the report is from and to: named in it, but seldom its subject.
struct Participants {
    servers: Vec<String>,
    sender: Vec<String>,
}

impl Participants {
    fn of(root: &Part<'_>) -> Self {
        let named = |names: &[&str]| {
            let mailboxes = names.iter().flat_map(|name| root.headers.mailboxes(name));
            mailboxes.map(|it| it.address.to_lowercase()).collect()
        };
        Self { servers: named(&["From", "Reply-To", "Sender"]), sender: named(&["To"]) }
    }

    fn not_servers(&self, found: &[String]) -> Vec<String> {
        let is_server = |address: &str| {
            let address = address.to_lowercase();
            self.servers.contains(&address)
                || address.starts_with("mailer-daemon@")
                || address.starts_with("postmaster@")
        };
        found.iter().filter(|it| !is_server(it)).cloned().collect()
    }

    fn others(&self, found: &[String]) -> Vec<String> {
        let mut others = self.not_servers(found);
        others.retain(|it| !self.sender.contains(&it.to_lowercase()));
        others
    }
}

/// The notice, and the returned mail below it.
pub(super) fn split_original(text: &str) -> (&str, &str) {
    text.split_at_checked(original::start(text)).unwrap_or((text, ""))
}
