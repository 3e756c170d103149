//! The SQL twin of [`liaison_domain::visibility::Scope::allows`]: the one filter over comments that statements use.

/// Whether the viewer sees the comment `c`; the arguments are the placeholders of the scope's three fields:
/// ``visible_comment!("$3", "$4", "$5")`` for `viewer`, `sees_all` and `sees_hidden`.
macro_rules! visible_comment {
    ($viewer:literal, $sees_all:literal, $sees_hidden:literal) => {
        concat!(
            "(c.deleted_at IS NULL AND (c.author_id = ",
            $viewer,
            " OR (",
            $sees_all,
            " AND ",
            $sees_hidden,
            ") OR (c.send_at IS NULL AND ((",
            $sees_all,
            " AND c.hidden = FALSE) OR ((",
            $sees_all,
            " OR c.unrecognized_sender = FALSE) AND EXISTS (SELECT 1 FROM comment_recipient n \
             WHERE n.account_id = c.account_id AND n.comment_id = c.id AND n.person_id = ",
            $viewer,
            "))))))"
        )
    };
}
pub(crate) use visible_comment;
