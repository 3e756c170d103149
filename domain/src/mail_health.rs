//! Whether an account's mail can arrive: what the DNS, the server and the queue say of it, each judged by itself.

use std::{borrow::Cow, time::Duration};

use crate::named::named;

named! {
    /// How well something is. In this order, the worst last.
    pub enum HealthLevel {
        Ok = "ok",
        /// It could not be found out.
        Unknown = "unknown",
        /// Mail arrives, but perhaps not everywhere.
        Warning = "warning",
        /// Mail is lost, or taken for spam.
        Failing = "failing",
    }
}

/// What was found of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub level: HealthLevel,
    /// What it is, or what to do.
    pub detail: Cow<'static, str>,
}

impl Finding {
    pub fn new(level: HealthLevel, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { level, detail: detail.into() }
    }

    fn unknown() -> Self {
        Self::new(HealthLevel::Unknown, "The DNS was not asked, or did not answer.")
    }
}

/// What the DNS holds under a name; none where it gave no answer.
pub type Published<'a> = Option<&'a [String]>;

/// Who may send for the domain (RFC 7208).
pub fn judge_spf(published: Published<'_>) -> Finding {
    let Some(records) = published else { return Finding::unknown() };
    let is_spf = |it: &&String| *it == "v=spf1" || it.to_ascii_lowercase().starts_with("v=spf1 ");
    let records: Vec<String> = records.iter().filter(is_spf).map(|it| it.to_ascii_lowercase()).collect();
    match records.as_slice() {
        [] => {
            Finding::new(HealthLevel::Failing, "There is no SPF record: publish who may send for the domain.")
        }
        [record] => {
            let terms: Vec<&str> = record.split_whitespace().collect();
            if terms.iter().any(|it| matches!(*it, "+all" | "all")) {
                Finding::new(
                    HealthLevel::Failing,
                    "Everybody may send for the domain: end the record with -all.",
                )
            } else if terms.iter().any(|it| matches!(*it, "-all" | "~all") || it.starts_with("redirect=")) {
                Finding::new(HealthLevel::Ok, "The record names who may send, and that nobody else may.")
            } else {
                Finding::new(HealthLevel::Warning, "The record says nothing of others: end it with -all.")
            }
        }
        _ => Finding::new(
            HealthLevel::Failing,
            "There are several SPF records, so receivers heed none of them.",
        ),
    }
}

/// Whether each of the account's keys is published: its record, and what the DNS holds under its name (RFC 6376).
pub fn judge_dkim(keys: &[(&str, Published<'_>)]) -> Finding {
    if keys.is_empty() {
        return Finding::new(HealthLevel::Warning, "Mail leaves unsigned: make a key at /v1/mail/dkim-keys.");
    }
    if keys.iter().any(|(_, published)| published.is_none()) {
        return Finding::unknown();
    }
    let is_published = |(record, published): &&(&str, Published<'_>)| {
        let found = published.unwrap_or_default();
        found.iter().any(|it| public_key(it).is_some() && public_key(it) == public_key(record))
    };
    match keys.iter().filter(is_published).count() {
        0 => Finding::new(
            HealthLevel::Failing,
            "No signature can be verified: publish the records of /v1/mail/dkim-keys.",
        ),
        n if n < keys.len() => {
            Finding::new(HealthLevel::Warning, "The record of one key is missing, or is another one's.")
        }
        _ => Finding::new(HealthLevel::Ok, "Every key is published."),
    }
}

/// What receivers are to do with mail that only claims the domain (RFC 9989).
pub fn judge_dmarc(published: Published<'_>) -> Finding {
    let Some(records) = published else { return Finding::unknown() };
    let records: Vec<&String> = records.iter().filter(|it| it.trim_start().starts_with("v=DMARC1")).collect();
    match records.as_slice() {
        [] => Finding::new(
            HealthLevel::Failing,
            "There is no DMARC record, so large receivers distrust the mail.",
        ),
        [record] => match tag(record, "p").as_deref() {
            Some("reject" | "quarantine") => {
                Finding::new(HealthLevel::Ok, "Mail that only claims the domain is turned away.")
            }
            Some("none") => {
                Finding::new(HealthLevel::Warning, "Anybody may claim the domain: p=none asks for nothing.")
            }
            _ => Finding::new(HealthLevel::Failing, "The DMARC record has no policy (p=)."),
        },
        _ => Finding::new(
            HealthLevel::Failing,
            "There are several DMARC records, so receivers heed none of them.",
        ),
    }
}

/// Where answers and reports go (RFC 5321 §5.1).
pub fn judge_mx(published: Published<'_>) -> Finding {
    match published {
        None => Finding::unknown(),
        Some([]) => {
            Finding::new(HealthLevel::Failing, "There is no MX record: answers and bounces don't come home.")
        }
        Some(hosts) if hosts.iter().all(|it| it == ".") => {
            Finding::new(HealthLevel::Failing, "The MX record says that the domain takes no mail.")
        }
        Some(_) => Finding::new(HealthLevel::Ok, "Answers and bounces come home."),
    }
}

/// Whether mail leaves in time: how long the oldest has been on its way.
pub fn judge_queue(age: Option<Duration>) -> Finding {
    match age.map(|it| it.as_secs() / 60) {
        None => Finding::new(HealthLevel::Ok, "Nothing waits."),
        Some(0..=4) => Finding::new(HealthLevel::Ok, "What waits has just been written."),
        Some(minutes @ 5..=59) => {
            Finding::new(HealthLevel::Warning, format!("The oldest mail has waited for {minutes} minutes."))
        }
        Some(minutes) => Finding::new(
            HealthLevel::Failing,
            format!("The oldest mail has waited for {} hours.", minutes / 60),
        ),
    }
}

/// The key that a record publishes, without the blanks that zone files put into it.
fn public_key(record: &str) -> Option<String> {
    tag(record, "p").filter(|it| !it.is_empty())
}

/// The value of a tag in a list such as `v=DKIM1; p=…` (RFC 6376 §3.2).
fn tag(record: &str, name: &str) -> Option<String> {
    let tags = record.split(';').filter_map(|it| it.split_once('='));
    let (_, value) = tags.into_iter().find(|(found, _)| found.trim() == name)?;
    Some(value.split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(judge: impl Fn(Published<'_>) -> Finding, records: &[&str], level: HealthLevel) {
        let records: Vec<String> = records.iter().map(ToString::to_string).collect();
        assert_eq!(judge(Some(&records)).level, level, "{records:?}");
        assert_eq!(judge(None).level, HealthLevel::Unknown);
    }

    #[test]
    fn spf_names_who_may_send_and_that_nobody_else_may() {
        check(judge_spf, &["v=spf1 ip4:192.0.2.25 -all", "another"], HealthLevel::Ok);
        check(judge_spf, &["v=spf1 redirect=_spf.example.com"], HealthLevel::Ok);
        check(judge_spf, &["v=spf1 a mx"], HealthLevel::Warning);
        check(judge_spf, &["v=spf1 +all"], HealthLevel::Failing);
        check(judge_spf, &["v=spf10 -all"], HealthLevel::Failing);
        check(judge_spf, &["v=spf1 -all", "v=spf1 a -all"], HealthLevel::Failing);
    }

    #[test]
    fn dmarc_turns_away_what_only_claims_the_domain() {
        check(judge_dmarc, &["v=DMARC1; p=reject; adkim=s"], HealthLevel::Ok);
        check(judge_dmarc, &["v=DMARC1;p = quarantine"], HealthLevel::Ok);
        check(judge_dmarc, &["v=DMARC1; p=none"], HealthLevel::Warning);
        check(judge_dmarc, &["v=DMARC1; sp=reject"], HealthLevel::Failing);
        check(judge_dmarc, &[], HealthLevel::Failing);
    }

    #[test]
    fn answers_need_a_way_home() {
        check(judge_mx, &["mail.example.com."], HealthLevel::Ok);
        check(judge_mx, &["."], HealthLevel::Failing);
        check(judge_mx, &[], HealthLevel::Failing);
    }

    #[test]
    fn each_key_is_published_as_it_is() {
        let [ours, wrapped, other] =
            ["v=DKIM1; k=rsa; p=abc", "v=DKIM1; k=rsa; p=ab c", "v=DKIM1; p=x"].map(|it| vec![it.to_owned()]);
        let level = |keys: &[(&str, Published<'_>)]| judge_dkim(keys).level;
        let key = "v=DKIM1; k=rsa; p=abc";
        assert_eq!(level(&[]), HealthLevel::Warning);
        assert_eq!(level(&[(key, Some(&ours)), (key, Some(&wrapped))]), HealthLevel::Ok);
        assert_eq!(level(&[(key, Some(&ours)), (key, Some(&other))]), HealthLevel::Warning);
        assert_eq!(level(&[(key, Some(&other)), (key, Some(&[]))]), HealthLevel::Failing);
        assert_eq!(level(&[(key, Some(&ours)), (key, None)]), HealthLevel::Unknown);
    }

    #[test]
    fn a_queue_is_judged_by_its_oldest_mail() {
        let level = |minutes: Option<u64>| judge_queue(minutes.map(Duration::from_mins)).level;
        let levels = [None, Some(4), Some(5), Some(59), Some(60)].map(level);
        assert_eq!(levels.map(HealthLevel::as_str), ["ok", "ok", "warning", "warning", "failing"]);
    }
}
