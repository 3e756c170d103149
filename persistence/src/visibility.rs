//! The SQL twin of [`liaison_domain::visibility::Scope::allows`]: the one filter over comments that statements use, and what
//! follows from it for the notices about them.

/// Whether the viewer sees the comment `c`; the arguments are the placeholders of the scope's fields:
/// ``visible_comment!("$3", "$4", "$5", "$6")`` for `viewer`, `is_staff`, `sees_all` and `sees_company`. Without the last one
/// it is of viewers who see no more for the sake of a company.
macro_rules! visible_comment {
    ($viewer:literal, $is_staff:literal, $sees_all:literal, $sees_company:literal) => {
        concat!(
            "(",
            $crate::visibility::visible_comment!($viewer, $is_staff, $sees_all),
            " OR (",
            $sees_company,
            " AND c.deleted_at IS NULL AND c.send_at IS NULL AND c.hidden = FALSE AND c.unrecognized_sender = FALSE AND ",
            $crate::visibility::concerns_company!($viewer),
            "))"
        )
    };
    ($viewer:literal, $is_staff:literal, $sees_all:literal) => {
        concat!(
            "(c.deleted_at IS NULL AND (c.author_id = ",
            $viewer,
            " OR (",
            $is_staff,
            " AND ",
            $sees_all,
            ") OR (c.send_at IS NULL AND (",
            $is_staff,
            " OR c.unrecognized_sender = FALSE) AND (((",
            $is_staff,
            " OR ",
            $sees_all,
            ") AND c.hidden = FALSE) OR EXISTS (SELECT 1 FROM comment_recipient n \
             WHERE n.account_id = c.account_id AND n.comment_id = c.id AND n.person_id = ",
            $viewer,
            ")))))"
        )
    };
}
pub(crate) use visible_comment;

/// Whether the task `k` is about a company of the viewer's and open to its contacts (EXT-8, EXT-9). A draft is open to nobody.
macro_rules! open_to_company {
    ($viewer:literal) => {
        concat!(
            "(k.company_access = TRUE AND k.status <> 'draft' AND EXISTS (SELECT 1 FROM contact_company o \
             WHERE o.account_id = k.account_id AND o.company_id = k.counterparty_id AND o.contact_id = ",
            $viewer,
            "))"
        )
    };
}
pub(crate) use open_to_company;

/// Whether a person is the counterparty of the task `k`, or one of its contacts.
macro_rules! of_counterparty {
    ($person:literal) => {
        concat!(
            "(",
            $person,
            " = k.counterparty_id OR EXISTS (SELECT 1 FROM contact_company m WHERE m.account_id = k.account_id \
             AND m.company_id = k.counterparty_id AND m.contact_id = ",
            $person,
            "))"
        )
    };
}
pub(crate) use of_counterparty;

/// Whether somebody of the company that its task is about wrote the comment `c` or was addressed in it, and the task is open
/// to the viewer for the company's sake.
macro_rules! concerns_company {
    ($viewer:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM task k WHERE k.account_id = c.account_id AND k.id = c.task_id AND ",
            $crate::visibility::open_to_company!($viewer),
            " AND (",
            $crate::visibility::of_counterparty!("c.author_id"),
            " OR EXISTS (SELECT 1 FROM comment_recipient q WHERE q.account_id = c.account_id AND q.comment_id = c.id AND ",
            $crate::visibility::of_counterparty!("q.person_id"),
            ")))"
        )
    };
}
pub(crate) use concerns_company;

/// Whether an employee sees the notice `n`: he may enter the task that it is about, and sees its comment. The arguments are
/// those of [`visible_comment`].
macro_rules! visible_notice {
    ($viewer:literal, $is_staff:literal, $sees_all:literal) => {
        concat!(
            "(n.task_id IS NULL OR (",
            $is_staff,
            " AND ",
            $sees_all,
            ") OR EXISTS (SELECT 1 FROM task_role m WHERE m.account_id = n.account_id AND m.task_id = n.task_id \
             AND m.person_id = ",
            $viewer,
            ")) AND (n.comment_id IS NULL OR EXISTS (SELECT 1 FROM comment c WHERE c.account_id = n.account_id \
             AND c.id = n.comment_id AND ",
            $crate::visibility::visible_comment!($viewer, $is_staff, $sees_all),
            "))"
        )
    };
}
pub(crate) use visible_notice;
