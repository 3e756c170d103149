//! Proofs of who asks. A service that takes one can't be called without it.

use std::ops::Deref;

use liaison_domain::{
    Timestamp,
    account::Role,
    external_access::Standing,
    id::{AccountId, PersonId, SessionId},
    language::Language,
    refusal::{Code, Refusal},
    visibility::Scope,
};
use liaison_persistence::{account, database::Tx, portal};

use super::Failure;
use crate::keys::MailLink;

/// Somebody who has signed in to an account and still may: an employee, or a contact with extended access (LVL-1).
///
/// What takes a [`StaffCaller`] is closed to contacts; each operation that is open to them takes this.
#[derive(Clone, Copy, Debug)]
pub struct UserCaller {
    pub account: AccountId,
    pub person: PersonId,
    pub standing: Standing,
    pub session: SessionId,
}

/// An employee of an account who has signed in and still works there. He may call whatever takes a [`UserCaller`].
#[derive(Clone, Copy, Debug)]
pub struct StaffCaller {
    user: UserCaller,
    pub employee: PersonId,
    pub role: Role,
}

impl Deref for StaffCaller {
    type Target = UserCaller;

    fn deref(&self) -> &UserCaller {
        &self.user
    }
}

impl UserCaller {
    /// Finds out who holds a session.
    pub async fn of_session(
        tx: &mut dyn Tx,
        account: AccountId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let row = account::find_caller(tx, account, session).await?.filter(|it| it.expires_at > now);
        let row = row.ok_or_else(unauthenticated)?;
        let standing = row.role.map_or(Standing::External(row.external_users_see), Standing::Employee);
        Ok(Self { account, person: row.person_id, standing, session })
    }

    /// What he may see of a task that he may enter.
    pub const fn scope(&self) -> Scope {
        match self.standing {
            Standing::Employee(role) => Scope::employee(self.person, role),
            Standing::External(see) => Scope::external(self.person, see),
        }
    }

    pub const fn is_external(&self) -> bool {
        matches!(self.standing, Standing::External(_))
    }
}

impl StaffCaller {
    /// Finds out who holds a session, where he is an employee.
    pub async fn of_session(
        tx: &mut dyn Tx,
        account: AccountId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        Ok(Self::of_user(UserCaller::of_session(tx, account, session, now).await?)?)
    }

    /// Refuses whoever is no employee.
    pub fn of_user(user: UserCaller) -> Result<Self, Refusal> {
        match user.standing {
            Standing::Employee(role) => Ok(Self { user, employee: user.person, role }),
            Standing::External(_) => Err(Refusal::forbidden("Only employees may do this.")),
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
