//! Proofs of who asks. A service that takes one can't be called without it.

use liaison_domain::{
    Timestamp,
    account::{EmployeeStatus, Role},
    id::{AccountId, PersonId, SessionId},
    language::Language,
    refusal::{Code, Refusal},
    visibility::Scope,
};
use liaison_persistence::{account, database::Tx, portal};

use super::Failure;
use crate::keys::MailLink;

/// An employee of an account who has signed in and still works there.
#[derive(Clone, Copy, Debug)]
pub struct StaffCaller {
    pub account: AccountId,
    pub employee: PersonId,
    pub role: Role,
    pub session: SessionId,
}

impl StaffCaller {
    /// Finds out who holds a session.
    pub async fn of_session(
        tx: &mut dyn Tx,
        account: AccountId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let row = account::find_caller(tx, account, session).await?;
        let alive = row.filter(|it| {
            it.revoked_at.is_none() && it.expires_at > now && it.status == EmployeeStatus::Active
        });
        match alive {
            Some(row) => Ok(Self { account, employee: row.employee_id, role: row.role, session }),
            None => Err(unauthenticated().into()),
        }
    }

    /// Owner and administrators pass.
    pub fn require_admin(&self) -> Result<(), Refusal> {
        if self.role.is_admin() {
            Ok(())
        } else {
            Err(Refusal::forbidden("Only administrators may do this."))
        }
    }

    /// What he may see of a task that he may enter.
    pub const fn scope(&self) -> Scope {
        Scope::employee(self.employee, self.role)
    }
}

/// A contact who came in by a link that was mailed to him.
#[derive(Clone, Debug)]
pub struct PortalCaller {
    pub account: AccountId,
    pub contact: PersonId,
    pub name: String,
    /// His own language, where somebody set it.
    pub language: Option<Language>,
    pub account_language: Language,
    sees_company_tasks: bool,
}

impl PortalCaller {
    /// Finds out who came by a link; none where the mail was written before `since`, its address is not his any more, or he
    /// may not come in (DASH-3).
    pub async fn of_link(tx: &mut dyn Tx, link: MailLink, since: Timestamp) -> Result<Option<Self>, Failure> {
        let found = portal::find_guest(tx, link.account, link.mail, link.person, since).await?;
        Ok(found.map(|it| Self {
            account: link.account,
            contact: it.id,
            name: it.name,
            language: it.language,
            account_language: it.account_language,
            sees_company_tasks: it.sees_company_tasks,
        }))
    }

    /// What he may see of a task that he may enter.
    pub const fn scope(&self) -> Scope {
        Scope::guest(self.contact, self.sees_company_tasks)
    }
}

/// The answer to a request without a valid token, whatever is wrong with it.
pub fn unauthenticated() -> Refusal {
    Refusal::new(Code::Unauthenticated, "A valid access token is needed.")
}
