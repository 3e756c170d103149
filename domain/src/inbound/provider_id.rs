//! Message-IDs that a sending provider puts in place of ours (R16): what its reply tells of them, and how one is known again.
//!
//! Some replies name the new id in angle brackets. Others give its left part only, and the provider's domain is known to
//! nobody before the first answer comes.

/// Shortest left part that is taken for an id: shorter ones are numbers of queues, which anybody can guess.
const MIN_CHARS: usize = 36;
/// Ids taken from one reply.
const MAX_IDS: usize = 2;

/// The ids that a server's reply to a message names, without angle brackets.
pub fn list_in_reply(reply: &str) -> Vec<String> {
    let words = reply.split_whitespace();
    let ids = words.filter_map(|word| match word.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
        Some(id) => id.contains('@').then_some(id),
        None => is_left_part(word).then_some(word),
    });
    ids.take(MAX_IDS).map(ToOwned::to_owned).collect()
}

/// What stands before the `@`, where it may be what a provider's reply gave.
pub fn left_part(id: &str) -> Option<&str> {
    id.split_once('@').map(|(left, _)| left).filter(|it| is_left_part(it))
}

fn is_left_part(word: &str) -> bool {
    word.len() >= MIN_CHARS
        && word.bytes().any(|it| it.is_ascii_digit())
        && word.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SES: &str = "0100018f5c0d4b2e-1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d-000000";

    #[track_caller]
    fn check(reply: &str, expected: &[&str]) {
        assert_eq!(list_in_reply(reply), expected, "{reply}");
    }

    /// R16
    #[test]
    fn a_reply_tells_the_id_that_the_mail_has_now() {
        check(&format!("250 Ok {SES}"), &[SES]);
        check("250 2.6.0 <a.b@mail.example> [InternalId=123, Hostname=x] Queued mail", &["a.b@mail.example"]);
        for silent in ["250 2.0.0 Ok: queued as 4ZkX9q2Bz1z9rxP", "250 ok", "250 <postmaster>", ""] {
            check(silent, &[]);
        }
    }

    #[test]
    fn only_long_ids_are_known_by_their_left_part() {
        assert_eq!(left_part(&format!("{SES}@eu-west-1.provider.example")), Some(SES));
        assert_eq!(left_part("abcdefghijklmnopqrstuvwxyz234567@acme.example"), None);
        assert_eq!(left_part(SES), None);
    }
}
