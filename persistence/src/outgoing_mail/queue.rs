//! How an account's mail gets on its way: what waits, since when, and when something left last.

use liaison_domain::{Timestamp, id::AccountId, outgoing::RecipientState};

use crate::{database::Tx, error::StorageError};

/// Messages to one recipient each, by where they stand.
#[derive(Clone, Copy, Debug)]
pub struct CountRow {
    pub state: RecipientState,
    pub count: i64,
}
record!(CountRow { state, count });

struct MomentRow {
    at: Timestamp,
}
record!(MomentRow { at });

statements! {
    COUNT_UNSETTLED = ["SELECT state, COUNT(*) AS count FROM outgoing_recipient WHERE account_id = $1 \
        AND state IN ('queued', 'held', 'sending', 'deferred') GROUP BY state ORDER BY state"];
    /// Ids sort by the time of their making.
    FIND_OLDEST = ["SELECT m.created_at AS at FROM outgoing_mail m WHERE m.account_id = $1 AND m.id = (\
        SELECT r.mail_id FROM outgoing_recipient r WHERE r.account_id = $1 AND r.state = $2 \
        ORDER BY r.mail_id LIMIT 1)"];
    /// Of the newest message that a server took.
    FIND_LAST_SUCCESS = ["SELECT e.at FROM delivery_event e WHERE e.account_id = $1 AND e.type = 'accepted' \
        AND e.mail_id = (SELECT r.mail_id FROM outgoing_recipient r WHERE r.account_id = $1 AND r.state = 'accepted' \
        ORDER BY r.mail_id DESC LIMIT 1) ORDER BY e.at DESC LIMIT 1"];
}

/// How many wait, or are on their way.
pub async fn count(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<CountRow>, StorageError> {
    db!(tx, fetch_all::<CountRow>(COUNT_UNSETTLED, account))
}

/// When the oldest was written that should be on its way; what is held waits for something else.
pub async fn find_oldest(tx: &mut dyn Tx, account: AccountId) -> Result<Option<Timestamp>, StorageError> {
    let mut oldest = None;
    for state in [RecipientState::Queued, RecipientState::Sending, RecipientState::Deferred] {
        let found = db!(tx, fetch_optional::<MomentRow>(FIND_OLDEST, account, state))?;
        oldest = oldest.into_iter().chain(found.map(|it| it.at)).min();
    }
    Ok(oldest)
}

/// When a server took something last.
pub async fn find_last_success(
    tx: &mut dyn Tx,
    account: AccountId,
) -> Result<Option<Timestamp>, StorageError> {
    Ok(db!(tx, fetch_optional::<MomentRow>(FIND_LAST_SUCCESS, account))?.map(|it| it.at))
}
