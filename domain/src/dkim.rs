//! The keys that an account's mail is signed with (DKIM, RFC 6376).

use crate::named::named;

named! {
    /// What a key is made of.
    pub enum DkimAlgorithm {
        /// What every verifier understands.
        Rsa2048 = "rsa2048",
        /// Short records and signatures; some verifiers don't know it yet (RFC 8463).
        Ed25519 = "ed25519",
    }
}

/// Most keys of an account: each signs every mail, so that a new one can be published while the old one still counts.
pub const MAX_KEYS: usize = 4;

/// The name of the DNS record that verifies the signatures of a key (RFC 6376 §3.6.2.1).
pub fn record_name(selector: &str, domain: &str) -> String {
    format!("{selector}._domainkey.{domain}")
}

/// A TXT record as zone files want it: in strings of at most 255 bytes (RFC 1035 §3.3.14).
pub fn zone_line(name: &str, value: &str) -> String {
    let mut strings = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let (string, after) = rest.split_at(rest.floor_char_boundary(255));
        strings.push(format!("\"{string}\""));
        rest = after;
    }
    format!("{name}. IN TXT ( {} )", strings.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_record_stands_in_several_strings() {
        let line = zone_line("s1._domainkey.acme.example", &"x".repeat(300));
        let [first, second] = [255, 45].map(|n| format!("\"{}\"", "x".repeat(n)));
        assert_eq!(line, format!("s1._domainkey.acme.example. IN TXT ( {first} {second} )"));
    }
}
