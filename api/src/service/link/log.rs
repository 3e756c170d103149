//! What the audit log keeps of links.

use liaison_domain::{
    audit::AuditAction,
    id::{AccountId, PersonId},
};
use liaison_persistence::{
    account,
    database::WriteTx,
    link::{LinkRow, grant::GrantRow},
};
use serde_json::json;

use crate::{
    app::App,
    service::{
        Failure,
        audit::{self, Act},
    },
};

/// Which way a link goes, and between whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    person: PersonId,
    peer: AccountId,
    direction: &'static str,
}

impl About {
    /// Somebody of ours who is somebody of another account.
    pub(super) const fn sent_to(row: &LinkRow) -> Self {
        Self { person: row.person_id, peer: row.peer_id, direction: "outgoing" }
    }

    /// An employee whom another account sends to.
    pub(super) const fn received_by(row: &GrantRow) -> Self {
        Self { person: row.employee_id, peer: row.peer_id, direction: "incoming" }
    }
}

/// Writes down in the audit log what became of a link.
pub(super) async fn note(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    action: AuditAction,
    by: Option<PersonId>,
    about: About,
) -> Result<(), Failure> {
    let About { person, peer, direction } = about;
    let peer = account::find(tx, peer).await?.map(|it| it.name);
    let detail = json!({"account": peer, "direction": direction});
    audit::record(tx, &app.env, account, Act { by, action, subject: person.uuid(), detail }).await
}
