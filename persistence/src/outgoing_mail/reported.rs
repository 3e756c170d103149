//! Which messages of ours a delivery report or a complaint is about.

use liaison_domain::id::{AccountId, OutgoingMailId, PersonId};

use crate::{database::Tx, error::StorageError, sql::Json};

/// A message to one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedRow {
    pub mail_id: OutgoingMailId,
    pub person_id: PersonId,
}
record!(ReportedRow { mail_id, person_id });

statements! {
    /// A bounce address stays good for as long as the message is known. Of a common mail it speaks for all recipients.
    LIST_BY_BOUNCE_TOKENS = [
        "SELECT r.mail_id, r.person_id FROM outgoing_recipient t \
         JOIN outgoing_recipient r ON r.account_id = t.account_id AND r.mail_id = t.mail_id \
         WHERE t.account_id = $1 AND t.bounce_token_hash "
        {
            sqlite: "IN (SELECT unhex(value) FROM json_each($2))",
            postgres: "IN (SELECT decode(value, 'hex') FROM jsonb_array_elements_text($2))"
        }
        " ORDER BY r.mail_id, r.person_id"
    ];
    LIST_BY_MESSAGE_ID = ["SELECT r.mail_id, r.person_id FROM outgoing_mail m \
        JOIN outgoing_recipient r ON r.account_id = m.account_id AND r.mail_id = m.id \
        WHERE m.account_id = $1 AND m.message_id = $2 ORDER BY r.mail_id, r.person_id"];
}

/// The messages that were sent from the bounce addresses whose tokens have these digests (lower-case hex), for each of their
/// recipients.
pub async fn list_by_bounce_tokens(
    tx: &mut dyn Tx,
    account: AccountId,
    digests: &[String],
) -> Result<Vec<ReportedRow>, StorageError> {
    if digests.is_empty() {
        return Ok(Vec::new());
    }
    db!(tx, fetch_all::<ReportedRow>(LIST_BY_BOUNCE_TOKENS, account, Json(digests)))
}

/// The message that has this Message-ID, given without angle brackets, for each of its recipients.
pub async fn list_by_message_id(
    tx: &mut dyn Tx,
    account: AccountId,
    message_id: &str,
) -> Result<Vec<ReportedRow>, StorageError> {
    db!(tx, fetch_all::<ReportedRow>(LIST_BY_MESSAGE_ID, account, message_id))
}
