//! What became of the notices about a comment: mails, notices in the application, and who got nothing (TRK-1).

use liaison_domain::{
    Timestamp,
    id::{AccountId, CommentId, OutgoingMailId, PersonId},
    outgoing::BounceClass,
    person::PersonKind,
};

use crate::{database::Tx, error::StorageError};

/// How a notice about a comment fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    pub person_id: PersonId,
    pub kind: PersonKind,
    pub name: String,
    /// `mail`, `link` or `in_app`
    pub channel: String,
    pub state: String,
    /// Why it was skipped, or what the server said last.
    pub detail: Option<String>,
    /// Since when it stands so.
    pub at: Timestamp,
    pub mail_id: Option<OutgoingMailId>,
    pub address: Option<String>,
    pub attempts: Option<i64>,
    pub bounce_class: Option<BounceClass>,
    /// When a human opened it first.
    pub opened_at: Option<Timestamp>,
    /// It went to several people, and one of them opened it.
    pub opened_by_one_of_several: bool,
    pub answered_at: Option<Timestamp>,
}
record!(DeliveryRow {
    person_id,
    kind,
    name,
    channel,
    state,
    detail,
    at,
    mail_id,
    address,
    attempts,
    bounce_class,
    opened_at,
    opened_by_one_of_several,
    answered_at
});

statements! {
    /// Four ledgers, one answer. Of a held comment those who are to be told.
    LIST_DELIVERIES = ["SELECT p.id AS person_id, p.kind, p.name, d.channel, d.state, d.detail, d.at, d.mail_id, d.address, \
        d.attempts, d.bounce_class, COALESCE(d.opened_at, d.one_at) AS opened_at, \
        d.one_at IS NOT NULL AS opened_by_one_of_several, d.answered_at FROM (\
        SELECT o.person_id, 'mail' AS channel, o.state, o.last_reply AS detail, \
        COALESCE((SELECT MAX(e.at) FROM delivery_event e WHERE e.account_id = o.account_id AND e.mail_id = o.mail_id \
          AND e.person_id = o.person_id AND e.type NOT IN ('opened', 'answered')), m.created_at) AS at, \
        m.id AS mail_id, o.address, o.attempts, o.bounce_class, o.opened_at, w.at AS one_at, \
        (SELECT MIN(e.at) FROM delivery_event e WHERE e.account_id = o.account_id AND e.mail_id = o.mail_id \
          AND e.person_id = o.person_id AND e.type = 'answered') AS answered_at \
        FROM outgoing_mail m JOIN outgoing_recipient o ON o.account_id = m.account_id AND o.mail_id = m.id \
        LEFT JOIN delivery_event w ON w.account_id = m.account_id AND w.mail_id = m.id AND w.type = 'opened' \
          AND w.caused_by = 'human' AND w.person_id IS NULL \
        WHERE m.account_id = $1 AND m.comment_id = $2 \
        UNION ALL SELECT r.person_id, 'link', CASE WHEN x.comment_id IS NULL THEN 'pending' \
        WHEN x.operation_id IS NOT NULL AND q.sent_at IS NULL THEN 'queued' ELSE 'delivered' END, NULL, \
        COALESCE(q.sent_at, q.created_at, c.created_at), NULL, NULL, NULL, NULL, NULL, NULL, NULL \
        FROM comment_recipient r JOIN comment c ON c.account_id = r.account_id AND c.id = r.comment_id AND c.send_at IS NULL \
        JOIN person_link k ON k.account_id = r.account_id AND k.person_id = r.person_id \
        LEFT JOIN task_mirror t ON t.account_id = r.account_id AND t.task_id = c.task_id AND t.peer_id = k.peer_id \
        LEFT JOIN mirror_comment x ON x.account_id = r.account_id AND x.mirror_id = t.id AND x.comment_id = r.comment_id \
        LEFT JOIN link_outbox q ON q.account_id = r.account_id AND q.id = x.operation_id \
        WHERE r.account_id = $1 AND r.comment_id = $2 AND r.person_id <> c.author_id AND NOT EXISTS (\
        SELECT 1 FROM skipped_recipient s JOIN person v ON v.account_id = s.account_id AND v.id = s.person_id \
        WHERE s.account_id = $1 AND s.comment_id = $2 AND COALESCE(v.merged_into, v.id) = r.person_id) \
        UNION ALL SELECT n.person_id, 'in_app', CASE WHEN n.read_at IS NULL THEN 'delivered' ELSE 'read' END, NULL, \
        COALESCE(n.read_at, n.created_at), NULL, NULL, NULL, NULL, n.read_at, NULL, NULL \
        FROM notification n WHERE n.account_id = $1 AND n.comment_id = $2 AND n.kind IN ('new_comment', 'mention') \
        UNION ALL SELECT s.person_id, CASE s.reason WHEN 'inactive_employee' THEN 'in_app' WHEN 'muted' THEN 'in_app' WHEN 'not_linked' THEN 'link' \
        ELSE 'mail' END, 'skipped', \
        s.reason, s.at, NULL, NULL, NULL, NULL, NULL, NULL, NULL \
        FROM skipped_recipient s WHERE s.account_id = $1 AND s.comment_id = $2 \
        UNION ALL SELECT r.person_id, CASE t.kind WHEN 'employee' THEN 'in_app' ELSE 'mail' END, 'held', NULL, \
        c.created_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL \
        FROM comment c JOIN comment_recipient r ON r.account_id = c.account_id AND r.comment_id = c.id \
        JOIN person t ON t.account_id = r.account_id AND t.id = r.person_id \
        WHERE c.account_id = $1 AND c.id = $2 AND c.send_at IS NOT NULL) d \
        JOIN person u ON u.account_id = $1 AND u.id = d.person_id \
        JOIN person p ON p.account_id = u.account_id AND p.id = COALESCE(u.merged_into, u.id) \
        ORDER BY p.id, d.channel, d.at, d.person_id"];
}

/// How the notices about a comment fare.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    comment: CommentId,
) -> Result<Vec<DeliveryRow>, StorageError> {
    db!(tx, fetch_all::<DeliveryRow>(LIST_DELIVERIES, account, comment))
}
