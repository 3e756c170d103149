//! The SQL twin of [`liaison_domain::visibility::Scope::allows`]: the one filter over comments that statements use, and what
//! follows from it for the notices about them.

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

/// Whether an employee sees the notice `n`: he may enter the task that it is about, and sees its comment. The arguments are
/// those of [`visible_comment`].
macro_rules! visible_notice {
    ($viewer:literal, $sees_all:literal, $sees_hidden:literal) => {
        concat!(
            "(n.task_id IS NULL OR (",
            $sees_all,
            " AND ",
            $sees_hidden,
            ") OR EXISTS (SELECT 1 FROM task_role m WHERE m.account_id = n.account_id AND m.task_id = n.task_id \
             AND m.person_id = ",
            $viewer,
            ")) AND (n.comment_id IS NULL OR EXISTS (SELECT 1 FROM comment c WHERE c.account_id = n.account_id \
             AND c.id = n.comment_id AND ",
            $crate::visibility::visible_comment!($viewer, $sees_all, $sees_hidden),
            "))"
        )
    };
}
pub(crate) use visible_notice;
