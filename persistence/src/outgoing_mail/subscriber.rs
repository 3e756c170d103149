//! Whom the link in a message is for.

use liaison_domain::{
    Timestamp,
    id::{AccountId, OutgoingMailId, PersonId},
    language::Language,
};

use crate::{database::Tx, error::StorageError};

/// A recipient of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriberRow {
    pub address: String,
    pub language: Language,
}
record!(SubscriberRow { address, language });

statements! {
    FIND_SUBSCRIBER = ["SELECT r.address, m.language FROM outgoing_recipient r \
        JOIN outgoing_mail m ON m.account_id = r.account_id AND m.id = r.mail_id \
        WHERE r.account_id = $1 AND r.mail_id = $2 AND r.person_id = $3 AND m.created_at > $4"];
}

/// The recipient of a message that was written after `since`.
pub async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    mail: OutgoingMailId,
    person: PersonId,
    since: Timestamp,
) -> Result<Option<SubscriberRow>, StorageError> {
    db!(tx, fetch_optional::<SubscriberRow>(FIND_SUBSCRIBER, account, mail, person, since))
}
