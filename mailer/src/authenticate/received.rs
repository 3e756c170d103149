//! One Received field (RFC 5321 §4.4), as the servers in use write it: who handed the mail over, and how.
//!
//! ```text
//! from <HELO> (<name> [<address>]) by <server> with <protocol> id <id>; <date>          Postfix, Gmail, sendmail
//! from <name> ([<address>] helo=<HELO>) by <server> with <protocol> (Exim 4.98)         Exim, with a name
//! from [<address>] (helo=<HELO>) by <server> with <protocol> (Exim 4.98)                Exim, without one
//! from <HELO> (<address>) by <server> (<its address>) with Microsoft SMTP Server        Exchange
//! ```
//!
//! A server writes into its own field what the client called itself. So a field that could have been bent by such a
//! name is not believed at all: each of `from`, `by` and `with` stands once outside comments, or nothing is read.

use std::{
    iter::{self, Peekable},
    net::IpAddr,
    str::Chars,
};

/// Longest field that is read, in bytes; the honest ones have a few hundred.
const MAX_BYTES: usize = 4_096;

/// Protocols whose client has authenticated itself (RFC 3848, RFC 6531 §3.7.3).
const AUTHENTICATED: [&str; 8] =
    ["ESMTPA", "ESMTPSA", "LMTPA", "LMTPSA", "UTF8SMTPA", "UTF8SMTPSA", "UTF8LMTPA", "UTF8LMTPSA"];

/// What one field says of the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) client_ip: Option<IpAddr>,
    pub(super) helo: Option<String>,
    /// The client gave its credentials.
    pub(super) is_authenticated: bool,
}

impl Received {
    /// Reads an unfolded value. One that is not of a known form says nothing.
    pub(super) fn read(value: &str) -> Self {
        Some(value)
            .filter(|it| it.len() <= MAX_BYTES)
            .and_then(tokenize)
            .and_then(|it| read(&it))
            .unwrap_or_default()
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// What stands between parentheses.
    Comment(String),
}

impl Token {
    fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// Words and comments up to the `;` before the date. `None` when a parenthesis or a bracket stays open.
fn tokenize(value: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = value.chars().peekable();
    while let Some(&c) = chars.peek() {
        match c {
            ';' => return Some(tokens),
            '(' => tokens.push(Token::Comment(read_comment(&mut chars)?)),
            c if c.is_whitespace() => {
                chars.next();
            }
            _ => tokens.push(Token::Word(read_word(&mut chars)?)),
        }
    }
    Some(tokens)
}

/// What stands between the parenthesis that comes next and the one that closes it.
fn read_comment(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut depth = 0_usize;
    let mut comment = String::new();
    for c in chars.by_ref().skip(1) {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(comment),
            ')' => depth -= 1,
            _ => {}
        }
        comment.push(c);
    }
    None
}

/// A word, or an address between angle brackets whatever is in it.
fn read_word(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut word = String::new();
    let mut is_bracketed = false;
    while let Some(&c) = chars.peek() {
        if !is_bracketed && (c.is_whitespace() || c == ';' || c == '(') {
            break;
        }
        is_bracketed = (is_bracketed || c == '<') && c != '>';
        word.push(c);
        chars.next();
    }
    (!is_bracketed).then_some(word)
}

fn read(tokens: &[Token]) -> Option<Received> {
    let [from, Token::Word(name), rest @ ..] = tokens else { return None };
    let is_unequivocal =
        ["from", "by", "with"].iter().all(|keyword| tokens.iter().filter(|it| it.is(keyword)).count() == 1);
    if !from.is("from") || !is_unequivocal {
        return None;
    }
    let by = rest.iter().position(|it| it.is("by"))?;
    let (comments, rest) = rest.split_at_checked(by)?;
    let comments = comments.iter().map(|it| match it {
        Token::Comment(comment) => Some(comment.as_str()),
        Token::Word(_) => None,
    });
    let comments = comments.collect::<Option<Vec<_>>>()?;
    let protocol = rest.iter().skip_while(|it| !it.is("with")).nth(1);

    let labelled = comments.iter().find_map(|it| find_helo(it));
    let mut addresses = comments.iter().flat_map(|it| unlabelled(it)).filter_map(read_address);
    let client_ip = match (addresses.next(), addresses.next()) {
        // Where the client's own name has a label, the first word is not that name.
        (None, _) => labelled.and_then(|_| read_address(name)),
        (Some(address), None) => Some(address),
        (Some(_), Some(_)) => None,
    };
    Some(Received {
        client_ip,
        helo: Some(labelled.unwrap_or(name).to_owned()),
        is_authenticated: protocol.is_some_and(|it| AUTHENTICATED.iter().any(|name| it.is(name))),
    })
}

/// What the client called itself, where that has a label: `helo=<HELO>` of Exim, `(HELO <HELO>)` of qmail.
fn find_helo(comment: &str) -> Option<&str> {
    let mut words = comment.split_whitespace();
    match words.next()? {
        first if is_helo(first) => words.next(),
        first => iter::once(first)
            .chain(words)
            .find_map(|it| it.split_once('=').filter(|it| is_helo(it.0)))
            .map(|it| it.1),
    }
}

/// The words of a comment that the client cannot have chosen.
fn unlabelled(comment: &str) -> impl Iterator<Item = &str> {
    let is_name = comment.split_whitespace().next().is_some_and(is_helo);
    comment.split_whitespace().filter(move |it| !is_name && !it.contains('='))
}

fn is_helo(label: &str) -> bool {
    ["helo", "ehlo"].iter().any(|it| label.eq_ignore_ascii_case(it))
}

/// `[192.0.2.7]`, `[192.0.2.7]:25`, `[IPv6:2001:db8::7]`, `[fe80::1%3]`, `192.0.2.7`.
fn read_address(word: &str) -> Option<IpAddr> {
    const TAG: &str = "IPv6:";
    let literal = word.strip_prefix('[').and_then(|it| it.split_once(']')).map_or(word, |it| it.0);
    let untagged = match literal.split_at_checked(TAG.len()) {
        Some((tag, address)) if tag.eq_ignore_ascii_case(TAG) => address,
        _ => literal,
    };
    let without_zone = untagged.split('%').next()?;
    without_zone.parse::<IpAddr>().ok().map(|it| it.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, client_ip: Option<&str>, helo: &str, is_authenticated: bool) {
        let client_ip = client_ip.map(|it| it.parse().unwrap());
        let expected = Received { client_ip, helo: Some(helo.to_owned()), is_authenticated };
        assert_eq!(Received::read(value), expected, "{value}");
    }

    #[test]
    fn the_forms_of_the_servers_in_use_are_read() {
        check(
            "from mx.b.example (out.b.example [192.0.2.7]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 \
             (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits)) (No client certificate \
             requested) by mx.liaison.example (Postfix) with ESMTPS id 4XyZ for <anna@acme.liaison.example>; \
             Mon, 7 Jan 2030 10:00:00 +0000 (UTC)",
            Some("192.0.2.7"),
            "mx.b.example",
            false,
        );
        check(
            "from [192.168.1.5] (host.isp.example [203.0.113.9]) (Authenticated sender: anna) by \
             mx.liaison.example (Postfix) with ESMTPSA id 4XyZ; Mon, 7 Jan 2030 10:00:00 +0000",
            Some("203.0.113.9"),
            "[192.168.1.5]",
            true,
        );
        check(
            "from mx.b.example (unknown [IPv6:2001:db8::7]) by mx.liaison.example (Postfix) with UTF8SMTPSA id 4",
            Some("2001:db8::7"),
            "mx.b.example",
            true,
        );
        check(
            "from out.b.example ([192.0.2.7]:51234 helo=mx.b.example) by mx.liaison.example with esmtps (TLS1.3) \
             tls TLS_AES_256_GCM_SHA384 (Exim 4.98) (envelope-from <b@b.example>) id 1tVx-0; Mon, 7 Jan 2030",
            Some("192.0.2.7"),
            "mx.b.example",
            false,
        );
        check(
            "from [203.0.113.9] (port=40022 helo=[192.168.1.5]) by mx.liaison.example with esmtpsa (TLS1.3) id 1",
            Some("203.0.113.9"),
            "[192.168.1.5]",
            true,
        );
        check(
            "from AM0PR01.prod.example (2603:10a6:208::1) by DB3PR01.prod.example (2603:10a6:8::2) with Microsoft \
             SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.8314.1; Mon",
            Some("2603:10a6:208::1"),
            "AM0PR01.prod.example",
            false,
        );
        check(
            "from EX1.corp.example ([fe80::1%3]) by EX2.corp.example ([fe80::2%3]) with mapi id 15.20.8314.015",
            Some("fe80::1"),
            "EX1.corp.example",
            false,
        );
        check(
            "from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41]) by mx.google.com with SMTPS \
             id a1-b2 for <anna@acme.example> (Google Transport Security); Mon, 07 Jan 2030 02:00:00 -0800 (PST)",
            Some("209.85.220.41"),
            "mail-sor-f41.google.com",
            false,
        );
        check(
            "from mx.b.example (out.b.example [192.0.2.7] (may be forged)) by mx.example (8.18.1/8.18.1) with ESMTP \
             id 4",
            Some("192.0.2.7"),
            "mx.b.example",
            false,
        );
        check(
            "from unknown (HELO mx.b.example) (192.0.2.7) by 0 with SMTP; 7 Jan 2030 10:00:00 -0000",
            Some("192.0.2.7"),
            "mx.b.example",
            false,
        );
    }

    #[test]
    fn what_the_client_calls_itself_is_never_its_address() {
        check(
            "from [10.0.0.1] (unknown [unknown]) by mx (Postfix) with ESMTP id 4",
            None,
            "[10.0.0.1]",
            false,
        );
        check("from [10.0.0.1] by mx with ESMTP id 4", None, "[10.0.0.1]", false);
        check("from unknown (HELO [10.0.0.1]) by mx with SMTP", None, "[10.0.0.1]", false);
        check("from out.b.example (helo=[10.0.0.1]) by mx with smtp", None, "[10.0.0.1]", false);
        check("from out.b.example ([192.0.2.7] helo=x [10.0.0.1]) by mx with smtp", None, "x", false);
    }

    #[test]
    fn a_field_that_a_clients_name_may_have_bent_says_nothing() {
        for value in [
            "from x by y with ESMTPSA id z (unknown [192.0.2.7]) by mx (Postfix) with ESMTP id 4",
            "from x with ESMTPSA (unknown [192.0.2.7]) by mx (Postfix) with ESMTP id 4",
            "from x from y (unknown [192.0.2.7]) by mx (Postfix) with ESMTP id 4",
            "from x y (unknown [192.0.2.7]) by mx (Postfix) with ESMTPSA id 4",
            "from x (unknown [192.0.2.7] by mx (Postfix) with ESMTPSA id 4",
            "from x (a [192.0.2.7]) by mx with ESMTP for <\"a> with ESMTPSA <b\"@c.example>",
            "from x (a [192.0.2.7]) by mx with ESMTPSA for <b",
            "(from root@localhost) by mx.example (8.18.1) id 4",
            "by 2002:a05:6402:1234 with SMTP id a1csp1; Mon, 7 Jan 2030",
            "by mx.example (Postfix, from userid 1000) id 4; Mon, 7 Jan 2030",
            "; from x (a [192.0.2.7]) by mx with ESMTPSA",
            "from",
            "",
        ] {
            assert_eq!(Received::read(value), Received::default(), "{value}");
        }
        let long = format!("from x (a [192.0.2.7]) by mx with ESMTPSA ({})", "x".repeat(MAX_BYTES));
        assert_eq!(Received::read(&long), Received::default());
    }
}
