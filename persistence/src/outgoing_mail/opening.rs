//! Openings of mail: the first by a human and the first by a machine.

use liaison_domain::{
    Timestamp,
    id::{AccountId, DeliveryEventId, OutgoingMailId, PersonId},
    opening::Opener,
};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    sql::Scalar,
};

/// What is known of a message whose image was fetched.
#[derive(Clone, Copy, Debug)]
pub struct SentRow {
    /// When a server took it first.
    pub accepted_at: Option<Timestamp>,
    /// Some recipient.
    pub person_id: PersonId,
    pub n_recipients: i64,
}
record!(SentRow { accepted_at, person_id, n_recipients });

statements! {
    FIND_SENT = ["SELECT (SELECT MIN(e.at) FROM delivery_event e \
          WHERE e.account_id = $1 AND e.mail_id = $2 AND e.type = 'accepted') AS accepted_at, r.person_id, \
        (SELECT COUNT(*) FROM outgoing_recipient o WHERE o.account_id = $1 AND o.mail_id = $2) AS n_recipients \
        FROM outgoing_mail m JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id \
        WHERE m.account_id = $1 AND m.id = $2 AND m.created_at > $3 ORDER BY r.person_id LIMIT 1"];
    COUNT_OPENED = ["SELECT COUNT(*) AS value FROM delivery_event \
        WHERE account_id = $1 AND mail_id = $2 AND type = 'opened' AND caused_by = $3"];
    INSERT_OPENED = ["INSERT INTO delivery_event (account_id, id, mail_id, person_id, at, type, caused_by) \
        SELECT $1, $2, $3, $4, $5, 'opened', $6 WHERE NOT EXISTS (SELECT 1 FROM delivery_event \
        WHERE account_id = $1 AND mail_id = $3 AND type = 'opened' AND caused_by = $6)"];
    UPDATE_OPENED = ["UPDATE outgoing_recipient SET opened_at = $4 \
        WHERE account_id = $1 AND mail_id = $2 AND person_id = $3 AND opened_at IS NULL"];
}

/// A message written after `since`.
pub async fn find_sent(
    tx: &mut dyn Tx,
    account: AccountId,
    mail: OutgoingMailId,
    since: Timestamp,
) -> Result<Option<SentRow>, StorageError> {
    db!(tx, fetch_optional::<SentRow>(FIND_SENT, account, mail, since))
}

/// Whether it is known that somebody of this kind opened it.
pub async fn is_known(
    tx: &mut dyn Tx,
    account: AccountId,
    mail: OutgoingMailId,
    by: Opener,
) -> Result<bool, StorageError> {
    Ok(db!(tx, fetch_one::<Scalar<i64>>(COUNT_OPENED, account, mail, by))?.0 > 0)
}

/// Notes the first opening of each kind; false where there was one. `person` is none where it was one of several.
pub async fn insert(
    tx: &mut WriteTx,
    account: AccountId,
    id: DeliveryEventId,
    mail: OutgoingMailId,
    person: Option<PersonId>,
    by: Opener,
    at: Timestamp,
) -> Result<bool, StorageError> {
    if db!(tx, execute(INSERT_OPENED, account, id, mail, person, at, by))? == 0 {
        return Ok(false);
    }
    if let Some(person) = person.filter(|_| by == Opener::Human) {
        db!(tx, execute(UPDATE_OPENED, account, mail, person, at))?;
    }
    Ok(true)
}
