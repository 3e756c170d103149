//! The trace line that the last server on the way wrote (RFC 5321 §4.4). Read strictly: a client chooses its greeting,
//! and a greeting must never pass for the server's own words.

use std::net::IpAddr;

/// What a Received line says of the client that the server had the mail from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Every address in brackets of the `from` part: the client's own, and one that it may have greeted with.
    pub from: Vec<IpAddr>,
    /// The protocol, such as `ESMTPSA` (RFC 3848); none where the line has another form than `from … by … with …`.
    pub with: Option<String>,
}

impl Received {
    /// Reads an unfolded line as it stands in the mail.
    pub(super) fn read(line: &str) -> Self {
        let (words, comments) = split(line.rsplit_once(';').map_or(line, |(trace, _date)| trace));
        let [from, client, by, _server, rest @ ..] = words.as_slice() else { return Self::default() };
        if !from.eq_ignore_ascii_case("from") || !by.eq_ignore_ascii_case("by") {
            return Self::default();
        }
        // A greeting with blanks would bring words of its own.
        if ["by", "with"]
            .iter()
            .any(|it| words.iter().filter(|word| word.eq_ignore_ascii_case(it)).count() > 1)
        {
            return Self::default();
        }
        // Comments after the server's name are the server's about itself.
        let about_client = comments.iter().filter(|(after, _)| *after == 2).map(|(_, text)| text.as_str());
        let with = match rest {
            [with, protocol, ..] if with.eq_ignore_ascii_case("with") => Some(protocol.clone()),
            _ => None,
        };
        Self {
            from: std::iter::once(client.as_str()).chain(about_client).flat_map(addresses).collect(),
            with,
        }
    }
}

/// The words outside of comments, and the comments with the number of words before each.
fn split(line: &str) -> (Vec<String>, Vec<(usize, String)>) {
    let (mut words, mut comments) = (Vec::new(), Vec::new());
    let (mut word, mut comment) = (String::new(), String::new());
    let mut depth = 0_usize;
    for c in line.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth > 0 => comment.push(c),
            c if c.is_whitespace() => {}
            c => word.push(c),
        }
        if depth == 0 && !comment.is_empty() {
            comments.push((words.len() + usize::from(!word.is_empty()), std::mem::take(&mut comment)));
        }
        if depth == 0 && c.is_whitespace() && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    (words, comments)
}

/// The addresses in brackets: `[192.0.2.7]`, `[IPv6:2001:db8::7]`.
fn addresses(text: &str) -> impl Iterator<Item = IpAddr> {
    let literals = text.split('[').skip(1).filter_map(|rest| rest.split(']').next());
    literals.filter_map(|literal| {
        let plain = match literal.split_at_checked(5) {
            Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6:") => address,
            _ => literal,
        };
        plain.parse::<IpAddr>().ok().map(|it| it.to_canonical())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, from: &[&str], with: Option<&str>) {
        let from = from.iter().map(|it| it.parse().unwrap()).collect();
        assert_eq!(Received::read(line), Received { from, with: with.map(str::to_owned) }, "{line}");
    }

    #[test]
    fn the_client_and_the_protocol_are_read() {
        check(
            "from pc (unknown [192.0.2.7]) (Authenticated sender: anna) by mx.acme.example (Postfix) with ESMTPSA id 4Q \
             for <a@b.example>; Mon, 7 Jan 2030 10:00:00 +0000 (UTC)",
            &["192.0.2.7"],
            Some("ESMTPSA"),
        );
        check(
            "from mx ([IPv6:2001:db8::7]) by mx.acme.example with ESMTP; today",
            &["2001:db8::7"],
            Some("ESMTP"),
        );
        check(
            "from [192.0.2.7] (helo=[127.0.0.1]) by mx with esmtps",
            &["192.0.2.7", "127.0.0.1"],
            Some("esmtps"),
        );
        check("by mx.acme.example (Postfix, from userid 1000) id 4Q; today", &[], None);
    }

    /// S4: what the client says of itself is not what the server says of the client.
    #[test]
    fn a_greeting_is_not_the_servers_word() {
        check("from x by y with ESMTPSA (z [192.0.2.7]) by mx with SMTP; today", &[], None);
        check(
            "from =?utf-8?q?x_by_y_with_ESMTPSA?= (z [192.0.2.7]) by mx with SMTP",
            &["192.0.2.7"],
            Some("SMTP"),
        );
        check("from x ([127.0.0.1] [192.0.2.7]) by mx with SMTP", &["127.0.0.1", "192.0.2.7"], Some("SMTP"));
        check("from x(by y with ESMTPSA) (z [192.0.2.7]) by mx with SMTP", &["192.0.2.7"], Some("SMTP"));
    }
}
