//! Mails to employees: what each is about, and whether its reader may see that still when it leaves (S7).

use std::collections::HashMap;

use liaison_domain::{
    account::EmployeeStatus,
    id::{AccountId, CommentId, PersonId},
    notification::NotificationKind,
    outgoing::MailKind,
    person::PersonRef,
    task::{TaskRight, may},
    visibility::{Scope, Visible},
};
use liaison_mailer::compose::notification::Kind;
use liaison_persistence::{
    comment,
    database::Tx,
    employee::{self, ColleagueRow},
    outgoing_mail::delivery::DeliveryRow,
};

use super::{Around, Unmade, distinct};
use crate::service::Failure;

/// The employees whom mails are for, and the audiences of the comments that these bring.
#[derive(Debug, Default)]
pub(super) struct Staff {
    employees: HashMap<PersonId, ColleagueRow>,
    audiences: HashMap<CommentId, Vec<PersonRef>>,
}

impl Staff {
    pub(super) async fn load(
        tx: &mut dyn Tx,
        account: AccountId,
        rows: &[DeliveryRow],
    ) -> Result<Self, Failure> {
        let own = || rows.iter().filter(|it| it.kind == MailKind::StaffNotice);
        if own().next().is_none() {
            return Ok(Self::default());
        }
        let employees: Vec<PersonId> = distinct(own().map(|it| it.person_id));
        let employees = employee::list_colleagues(tx, account, employees).await?;
        let comments: Vec<CommentId> = distinct(own().filter_map(|it| it.comment_id));
        Ok(Self {
            employees: employees.into_iter().map(|it| (it.id, it)).collect(),
            audiences: comment::list_recipients(tx, account, comments).await?,
        })
    }
}

impl Around {
    /// Refuses to tell an employee by mail what he may not see any more.
    pub(super) fn require_seen(&self, row: &DeliveryRow) -> Result<(), Unmade> {
        if row.kind != MailKind::StaffNotice || self.is_seen(row) {
            return Ok(());
        }
        Err(Unmade::Impossible("he may not see what it tells of any more".to_owned()))
    }

    fn is_seen(&self, row: &DeliveryRow) -> bool {
        let reader = self.staff.employees.get(&row.person_id);
        let Some(reader) = reader.filter(|it| it.status == EmployeeStatus::Active) else { return false };
        let roles = self.members.get(&row.task_id).map(|it| it.roles_of(reader.id)).unwrap_or_default();
        if !may(TaskRight::View, reader.role, &roles) {
            return false;
        }
        let Some(id) = row.comment_id else { return true };
        let Some(comment) = self.comments.get(&id) else { return false };
        let audience = self.staff.audiences.get(&id).into_iter().flatten().map(|it| it.id);
        let audience: Vec<PersonId> = audience.collect();
        Scope::employee(reader.id, reader.role).allows(&Visible {
            author: comment.author_id,
            audience: &audience,
            hidden: comment.hidden,
            held: comment.is_held(),
            unrecognized_sender: comment.unrecognized_sender,
            concerns_company: false,
        })
    }
}

/// What the built-in text of a mail is about.
pub(super) fn kind(row: &DeliveryRow) -> Result<Kind, Unmade> {
    let staff = match row.kind {
        MailKind::NewTask => return Ok(Kind::NewTask),
        MailKind::NewComment => return Ok(Kind::NewComment),
        MailKind::TaskFromMail => return Ok(Kind::TaskFromMail),
        MailKind::TaskAccepted => return Ok(Kind::TaskAccepted),
        MailKind::StatusChanged => return Ok(Kind::StatusChanged),
        MailKind::PortalLink => return Ok(Kind::PortalLink),
        MailKind::StaffNotice => row.form.0.notice(),
    };
    match staff {
        Some(NotificationKind::NewTask) => Ok(Kind::NewTask),
        Some(NotificationKind::NewComment) => Ok(Kind::NewComment),
        Some(NotificationKind::Mention) => Ok(Kind::Mention),
        Some(NotificationKind::TaskAccepted) => Ok(Kind::TaskAccepted),
        Some(NotificationKind::TaskRejected | NotificationKind::StatusChanged) => Ok(Kind::StatusChanged),
        Some(NotificationKind::AddedAsParticipant) => Ok(Kind::AddedAsParticipant),
        Some(NotificationKind::AddedAsAuditor) => Ok(Kind::AddedAsAuditor),
        _ => Err(Unmade::Impossible("there is no text for such a notice".to_owned())),
    }
}
