//! Reports written for people: who wasn't reached, and what the server said.
//!
//! Three places name a recipient, the surest first: a line that an address heads (`<a@b.example>:`), a line that ends in
//! one after a label (`Unknown user: a@b.example`), a sentence. The first kind that is found decides; what follows an
//! address up to the next one is what was said of it.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use regex::Regex;

use super::{Finding, Original, original, status};
use crate::parse::{limits::Limits, mime::Part};

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
pub(super) fn read(
    root: &Part<'_>,
    notice: &str,
    returned: Option<&Original>,
    limits: &Limits,
) -> Vec<Finding> {
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
    let mut seen = HashSet::new();
    let distinct =
        chosen.into_iter().filter(|it| seen.insert(it.to_lowercase())).take(limits.reported_recipients);
    let mut findings: Vec<Finding> =
        distinct.map(|address| Finding { address, ..Finding::default() }).collect();
    complete(&mut findings, notice);
    findings
}

/// Adds what the notice says of recipients already known.
pub(super) fn complete(findings: &mut [Finding], notice: &str) {
    let is_alone = findings.len() == 1;
    let said = said_of_each(findings, notice);
    for (finding, said) in findings.iter_mut().zip(said) {
        let said = if is_alone && status::find_code(&said).is_none() { notice.to_owned() } else { said };
        if finding.status.as_deref().is_none_or(status::is_vague) {
            finding.status = status::find_code(&said).or(finding.status.take());
        }
        if finding.diagnostic.is_none() {
            finding.diagnostic = diagnostic(&said);
        }
    }
}

/// What is said of a recipient stands close to his address; a line may name hundreds of them, so each keeps little.
const MAX_SAID_BYTES: usize = 8 * 1024;

/// For each recipient everything from a line with his address up to one with another's.
fn said_of_each(findings: &[Finding], notice: &str) -> Vec<String> {
    let numbers: HashMap<String, usize> =
        findings.iter().enumerate().map(|(number, it)| (it.address.to_lowercase(), number)).collect();
    let mut said = vec![String::new(); findings.len()];
    let mut spoken_of: Vec<usize> = Vec::new();
    for line in notice.lines() {
        let mut named: Vec<usize> =
            addresses(&line.to_lowercase()).iter().filter_map(|it| numbers.get(it).copied()).collect();
        named.dedup();
        if !named.is_empty() {
            spoken_of = named;
        }
        for number in &spoken_of {
            if let Some(said) = said.get_mut(*number).filter(|it| it.len() < MAX_SAID_BYTES) {
                let line = line.trim();
                said.push_str(line.get(..line.floor_char_boundary(MAX_SAID_BYTES)).unwrap_or(line));
                said.push('\n');
            }
        }
    }
    said
}

/// The first line that carries a code, else all that was said, on one line.
fn diagnostic(said: &str) -> Option<String> {
    let lines = || said.lines().map(str::trim).filter(|line| line.contains(' '));
    let coded = lines().find(|line| status::find_code(line).is_some() || status::find_reply(line).is_some());
    let chosen = coded.map_or_else(|| lines().collect::<Vec<_>>().join(" "), str::to_owned);
    Some(chosen).filter(|it| !it.is_empty())
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
    servers: HashSet<String>,
    sender: HashSet<String>,
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
