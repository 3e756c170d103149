//! Finds the conversation that a mail belongs to: first hit wins, and the kind of hit is kept (product §5, R13, R15).

use std::collections::HashMap;

use super::address::{LocalPart, MailToken};
use crate::{
    id::{CommentId, TaskId},
    named::named,
};

named! {
    /// Which clue found the conversation.
    pub enum MatchedBy {
        ReplyToken = "reply_token",
        TaskAddress = "task_address",
        References = "references",
        /// The mail began something new, or belongs nowhere.
        None = "none",
    }
}

/// A place in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub task: TaskId,
    /// The comment whose mail was answered; none where the task itself was.
    pub comment: Option<CommentId>,
}

/// What in a mail may point to a conversation, each list in the order of trust.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clues {
    pub tokens: Vec<MailToken>,
    pub task_numbers: Vec<i64>,
    /// Message-IDs without angle brackets: what is answered first, then the thread from its end.
    pub message_ids: Vec<String>,
}

/// Message-IDs looked up of one mail; longer threads are judged by their latest ones.
const MAX_MESSAGE_IDS: usize = 50;
/// Longest Message-ID that is kept or looked up: a line of a mail has no more bytes (RFC 5322 §2.1.1).
const MAX_MESSAGE_ID_BYTES: usize = 998;

/// Whether a Message-ID may be one that a mail program made.
pub const fn is_usable_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_MESSAGE_ID_BYTES
}

impl Clues {
    /// Gathers the clues of a mail. `addresses` are all addresses that it names as receivers, envelope first, then
    /// Delivered-To, X-Original-To, To, Cc (R13); `own_domain` is the account's mail domain in lower case.
    pub fn gather<'a>(
        addresses: impl IntoIterator<Item = &'a str>,
        own_domain: &str,
        in_reply_to: &[String],
        references: &[String],
    ) -> Self {
        let mut clues = Self::default();
        let ours = addresses.into_iter().filter_map(|address| {
            let (local, domain) = address.rsplit_once('@')?;
            domain.eq_ignore_ascii_case(own_domain).then(|| LocalPart::read(local)).flatten()
        });
        for part in ours {
            match part {
                LocalPart::Reply(token) => push_new(&mut clues.tokens, token),
                LocalPart::Task(number) => push_new(&mut clues.task_numbers, number),
                LocalPart::Bounce(_) | LocalPart::Mailbox(_) => {}
            }
        }
        let ids = in_reply_to.iter().chain(references.iter().rev()).filter(|it| is_usable_id(it));
        for id in ids.take(MAX_MESSAGE_IDS) {
            push_new(&mut clues.message_ids, id.clone());
        }
        clues
    }
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// What the clues were found to point to.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub tokens: HashMap<MailToken, Place>,
    pub tasks: HashMap<i64, TaskId>,
    pub message_ids: HashMap<String, Place>,
}

/// Decides where the mail belongs: reply token, then task address, then the thread headers.
pub fn decide_place(clues: &Clues, found: &Found) -> Option<(MatchedBy, Place)> {
    let by_token = || clues.tokens.iter().find_map(|token| found.tokens.get(token).copied());
    let by_address = || {
        let task = clues.task_numbers.iter().find_map(|number| found.tasks.get(number).copied())?;
        Some(Place { task, comment: None })
    };
    let by_thread = || clues.message_ids.iter().find_map(|id| found.message_ids.get(id).copied());
    by_token()
        .map(|place| (MatchedBy::ReplyToken, place))
        .or_else(|| by_address().map(|place| (MatchedBy::TaskAddress, place)))
        .or_else(|| by_thread().map(|place| (MatchedBy::References, place)))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TOKEN: &str = "abcdefghijklmnopqrstuvwxyz234567";

    fn place(n: u128) -> Place {
        Place { task: TaskId::new(Uuid::from_u128(n)), comment: None }
    }

    /// R13: every header that names a receiver counts; other domains' look-alikes don't.
    #[test]
    fn clues_come_from_our_own_addresses_only() {
        let reply = format!("reply+{TOKEN}@Acme.liaison.test");
        let foreign = format!("reply+{TOKEN}@evil.test");
        let clues = Clues::gather(
            [foreign.as_str(), "task+7@acme.liaison.test", reply.as_str(), "anna@acme.liaison.test"],
            "acme.liaison.test",
            &["c".to_owned()],
            &["a".to_owned(), "b".to_owned(), "c".to_owned()],
        );
        assert_eq!(clues.tokens, [MailToken::parse(TOKEN).unwrap()]);
        assert_eq!(clues.task_numbers, [7]);
        assert_eq!(clues.message_ids, ["c", "b", "a"]);
    }

    /// Product §5: the stated order, first hit wins.
    #[test]
    fn the_first_hit_wins() {
        let token = MailToken::parse(TOKEN).unwrap();
        let clues = Clues {
            tokens: vec![token.clone()],
            task_numbers: vec![7],
            message_ids: vec!["a".into(), "b".into()],
        };
        let mut found = Found::default();
        assert_eq!(decide_place(&clues, &found), None);
        found.message_ids.insert("b".into(), place(3));
        assert_eq!(decide_place(&clues, &found), Some((MatchedBy::References, place(3))));
        found.tasks.insert(7, place(2).task);
        assert_eq!(decide_place(&clues, &found), Some((MatchedBy::TaskAddress, place(2))));
        found.tokens.insert(token, place(1));
        assert_eq!(decide_place(&clues, &found), Some((MatchedBy::ReplyToken, place(1))));
    }
}
