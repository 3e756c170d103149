//! What a forwarder says he found before he changed the mail (RFC 8617 §4.1.1): that From's domain vouched for it then.
//! His word is worth what he is.
//!
//! ```text
//! i=1; list.example; dmarc=pass (p=reject) header.from=corp.example; spf=pass smtp.mailfrom=corp.example
//! ```

use mail_auth::{ArcOutput, DkimResult};

/// The last sealer's domain, in lower case, where his chain holds, he has sealed From and the whole body, and he found
/// that DMARC passes for `from_domain`.
pub(super) fn find(chain: &ArcOutput<'_>, from_domain: &str) -> Option<String> {
    let last = chain.sets().last().filter(|_| *chain.result() == DkimResult::Pass)?;
    let signature = last.signature.header;
    let is_whole = signature.l == 0 && signature.h.iter().any(|name| name.eq_ignore_ascii_case("From"));
    let found = str::from_utf8(last.results.value).ok()?;
    (is_whole && says_pass(found, from_domain)).then(|| last.seal.header.d.to_ascii_lowercase())
}

/// A sender may have brought a result of his own in by a name or an address of his; so it must be the only one.
fn says_pass(found: &str, from_domain: &str) -> bool {
    let Some(results) = split(found) else { return false };
    let is_dmarc = |words: &&Vec<String>| words.first().is_some_and(|it| is_named(it, "dmarc"));
    let mut dmarc = results.iter().filter(is_dmarc);
    let (Some(words), None) = (dmarc.next(), dmarc.next()) else { return false };
    let says = |name: &str, value: &str| {
        let mut values = words.iter().filter(|it| is_named(it, name)).map(|it| it.split_once('='));
        matches!((values.next(), values.next()), (Some(Some((_, it))), None) if it.eq_ignore_ascii_case(value))
    };
    says("dmarc", "pass") && says("header.from", from_domain)
}

fn is_named(word: &str, name: &str) -> bool {
    word.split('=').next().is_some_and(|it| it.eq_ignore_ascii_case(name))
}

/// The words of each result, comments left out; quoted words keep their quotes, and so are like no other. `None` where
/// a quote or a parenthesis stays open.
fn split(found: &str) -> Option<Vec<Vec<String>>> {
    let mut results = Vec::new();
    let (mut words, mut word) = (Vec::new(), String::new());
    let (mut depth, mut is_quoted) = (0_usize, false);
    let mut chars = found.chars();
    while let Some(c) = chars.next() {
        if c == '\\' && (is_quoted || depth > 0) {
            chars.next()?;
        } else if c == '"' && depth == 0 {
            is_quoted = !is_quoted;
            word.push(c);
        } else if is_quoted {
            word.push(c);
        } else if c == '(' || c == ')' {
            depth = if c == '(' { depth + 1 } else { depth.checked_sub(1)? };
            words.push(std::mem::take(&mut word));
        } else if depth == 0 && (c == ';' || c.is_whitespace()) {
            words.push(std::mem::take(&mut word));
            if c == ';' {
                results.push(std::mem::take(&mut words));
            }
        } else if depth == 0 {
            word.push(c);
        }
    }
    words.push(word);
    results.push(words);
    for words in &mut results {
        words.retain(|it| !it.is_empty());
    }
    (depth == 0 && !is_quoted).then_some(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &str, expected: bool) {
        assert_eq!(says_pass(found, "corp.example"), expected, "{found}");
    }

    #[test]
    fn the_forms_of_the_sealers_in_use_are_read() {
        check(
            "i=1; mx.google.com;\r\n dkim=pass header.i=@corp.example header.s=s1 header.b=AAAA;\r\n spf=pass \
             (google.com: domain of a@corp.example designates 192.0.2.7 as permitted sender) \
             smtp.mailfrom=a@corp.example;\r\n dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=corp.example",
            true,
        );
        check(
            "i=1; mx.microsoft.com 1; spf=pass smtp.mailfrom=corp.example; dmarc=pass action=none \
             header.from=Corp.Example; dkim=pass header.d=corp.example; arc=none",
            true,
        );
        check("i=2; list.example; DMARC=Pass header.From=corp.example", true);
    }

    /// S4: what a sender may bring in by what he calls himself.
    #[test]
    fn nothing_less_is_a_pass() {
        for found in [
            "",
            "i=1; list.example; none",
            "i=1; list.example; dmarc=fail header.from=corp.example",
            "i=1; list.example; dmarc=pass header.from=evil.example",
            "i=1; list.example; dmarc=pass",
            "i=1; list.example; dmarc=pass header.from=evil.example header.from=corp.example",
            "i=1; list.example; dmarc=fail; dmarc=pass header.from=corp.example",
            "i=1; list.example; dmarc=pass header.from=corp.example; dmarc=fail header.from=corp.example",
            "i=1; list.example; spf=pass smtp.helo=\"; dmarc=pass header.from=corp.example;\"",
            "i=1; list.example; spf=pass (dmarc=pass header.from=corp.example)",
            "i=1; list.example; spf=pass (a \\) ; dmarc=pass header.from=corp.example)",
            "i=1; list.example; \"dmarc=pass\" header.from=corp.example",
            "i=1; list.example; x=(; dmarc=pass header.from=corp.example",
            "i=1; list.example; x=\"; dmarc=pass header.from=corp.example",
            "i=1; list.example; x=); dmarc=pass header.from=corp.example",
            "i=1; list.example; dmarc=pass=fail header.from=corp.example",
        ] {
            check(found, false);
        }
    }
}
