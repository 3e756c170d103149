//! `/v1/contacts/{id}/access`: whether a contact may sign in.

mod create;
mod delete;
mod resend;
mod resume;
mod show;
mod suspend;

use chrono::{DateTime, Utc};
use liaison_domain::external_access::AccessState;
use liaison_persistence::password_link::LinkRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::{answer::Answer, routes::Routes},
    service::{Failure, external_access::Access},
    view::name::{AccessStateName, RecipientStateName},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(show::show_contact_access)
        .service(create::create_contact_access)
        .service(delete::delete_contact_access)
        .service(resend::resend_contact_access)
        .service(suspend::suspend_contact_access)
        .service(resume::resume_contact_access);
}

/// A contact's extended access.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExternalAccess)]
struct AccessView {
    state: AccessStateName,
    /// He can sign in at the moment: his access is `active`, he is not marked as spam, and has the address that he signs in with.
    may_sign_in: bool,
    invited_at: DateTime<Utc>,
    /// The employee who invited him.
    invited_by: Uuid,
    /// The latest mail with a link; null once he has accepted.
    #[schema(required)]
    invitation: Option<InvitationView>,
}

/// A mail with a link.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
struct InvitationView {
    /// Where it went.
    address: String,
    sent_at: DateTime<Utc>,
    /// When its link leads nowhere any more.
    expires_at: DateTime<Utc>,
    state: RecipientStateName,
    /// What the mail server said last.
    #[schema(required)]
    last_reply: Option<String>,
}

impl From<LinkRow> for InvitationView {
    fn from(row: LinkRow) -> Self {
        Self {
            address: row.link.address,
            sent_at: row.link.created_at,
            expires_at: row.link.expires_at,
            state: row.mail.state.into(),
            last_reply: row.mail.last_reply,
        }
    }
}

impl From<Access> for AccessView {
    fn from(access: Access) -> Self {
        let Access { row, invitation } = access;
        Self {
            state: row.state.into(),
            may_sign_in: row.may_sign_in,
            invited_at: row.invited_at,
            invited_by: row.invited_by.uuid(),
            invitation: invitation.filter(|_| row.state == AccessState::Invited).map(Into::into),
        }
    }
}

fn shown(access: Access) -> Result<Answer, Failure> {
    let version = access.row.version;
    Ok(Answer::ok(&AccessView::from(access))?.with_version(version))
}
