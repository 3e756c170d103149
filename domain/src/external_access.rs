//! Contacts with extended access, who sign in (LVL-1 … LVL-5), and the links by which people set the password that they sign
//! in with.

use chrono::TimeDelta;

use crate::{
    Timestamp,
    account::Role,
    id::PersonId,
    mail_address::EmailAddress,
    named::named,
    refusal::{Code, Refusal},
    visibility::ExternalUsersSee,
};

named! {
    /// Where a contact's access stands (LVL-4). None at all: he has none.
    pub enum AccessState {
        /// He has not accepted yet.
        Invited = "invited",
        Active = "active",
        /// He can't sign in until somebody lets him again.
        Suspended = "suspended",
    }
}

impl AccessState {
    /// Takes access away for a while; one that never began is taken back instead.
    pub const fn suspend(self) -> Result<Self, Code> {
        match self {
            Self::Active | Self::Suspended => Ok(Self::Suspended),
            Self::Invited => Err(Code::NotAccepted),
        }
    }

    /// Gives access back.
    pub const fn resume(self) -> Result<Self, Code> {
        match self {
            Self::Active | Self::Suspended => Ok(Self::Active),
            Self::Invited => Err(Code::NotAccepted),
        }
    }
}

/// What somebody who has signed in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Employee(Role),
    /// A contact with extended access, and what such people see here.
    External(ExternalUsersSee),
}

impl Standing {
    /// By which he is measured where the rules make no other difference; no external user administrates anything (EXT-6).
    pub const fn role(self) -> Role {
        match self {
            Self::Employee(role) => role,
            Self::External(_) => Role::Member,
        }
    }
}

/// What decides whether a contact may be invited.
#[derive(Clone, Copy, Debug)]
pub struct Invitable<'a> {
    /// His main address.
    pub email: Option<&'a EmailAddress>,
    pub is_spam: bool,
    /// He was invited before, or signs in already.
    pub has_access: bool,
}

/// Decides where the invitation goes (LVL-3, LVL-4). A company may be invited like a person (LVL-5).
pub fn decide_invitation<'a>(contact: &Invitable<'a>) -> Result<&'a EmailAddress, Refusal> {
    if contact.has_access {
        return Err(Refusal::new(Code::AccessExists, "The contact was invited already."));
    }
    if contact.is_spam {
        return Err(Refusal::new(Code::ContactIsSpam, "The contact is marked as spam."));
    }
    contact.email.ok_or_else(|| Refusal::new(Code::NoAddress, "The contact has no e-mail address."))
}

named! {
    /// What a mailed link is good for, and nothing else.
    pub enum LinkPurpose {
        /// To sign in here for the first time.
        Invitation = "invitation",
        /// To set a password in place of a forgotten one.
        PasswordReset = "password_reset",
    }
}

impl LinkPurpose {
    /// How long a link is good.
    pub const fn time_to_live(self) -> TimeDelta {
        match self {
            Self::Invitation => TimeDelta::days(7),
            Self::PasswordReset => TimeDelta::hours(1),
        }
    }
}

/// A link that somebody was mailed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordLink {
    pub person: PersonId,
    pub purpose: LinkPurpose,
    /// Where it went. Who has it reads that mailbox.
    pub address: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When it was used or taken back.
    pub ended_at: Option<Timestamp>,
    /// Mails with such a link in short order.
    pub mails: i64,
}

impl PasswordLink {
    /// Mails with a link that leave to one person in short order, so that nobody is flooded by pressing a button (S3).
    pub const MAX_MAILS: i64 = 5;
    /// What counts as short order: since the mail before.
    pub const SHORT: TimeDelta = TimeDelta::hours(1);

    /// Whether it can be used.
    pub fn is_good(&self, purpose: LinkPurpose, now: Timestamp) -> bool {
        self.purpose == purpose && self.ended_at.is_none() && self.expires_at > now
    }

    /// The number of the next mail in short order; none where one more would be too many.
    pub fn next_mail(before: Option<&Self>, now: Timestamp) -> Option<i64> {
        let recent = before.filter(|it| it.created_at + Self::SHORT > now);
        let n = recent.map_or(0, |it| it.mails) + 1;
        (n <= Self::MAX_MAILS).then_some(n)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// LVL-4
    #[test]
    fn who_has_not_accepted_is_neither_suspended_nor_let_in_again() {
        use AccessState::{Active, Invited, Suspended};
        for (state, suspended, resumed) in [
            (Invited, Err(Code::NotAccepted), Err(Code::NotAccepted)),
            (Active, Ok(Suspended), Ok(Active)),
            (Suspended, Ok(Suspended), Ok(Active)),
        ] {
            assert_eq!((state.suspend(), state.resume()), (suspended, resumed), "{state}");
        }
    }

    /// LVL-1, LVL-4
    #[test]
    fn who_has_no_address_can_not_be_invited() {
        let email = EmailAddress::parse("ivan@client.example").unwrap();
        let contact = Invitable { email: Some(&email), is_spam: false, has_access: false };
        let code = |it: Invitable<'_>| decide_invitation(&it).map_err(|refusal| refusal.code).err();
        assert_eq!(code(contact), None);
        assert_eq!(code(Invitable { email: None, ..contact }), Some(Code::NoAddress));
        assert_eq!(code(Invitable { is_spam: true, ..contact }), Some(Code::ContactIsSpam));
        assert_eq!(code(Invitable { has_access: true, ..contact }), Some(Code::AccessExists));
    }

    /// S3, S8
    #[test]
    fn a_link_is_good_once_for_one_purpose_and_for_a_while() {
        let now = Timestamp::UNIX_EPOCH;
        let link = PasswordLink {
            person: PersonId::new(Uuid::nil()),
            purpose: LinkPurpose::Invitation,
            address: "ivan@client.example".to_owned(),
            created_at: now,
            expires_at: now + LinkPurpose::Invitation.time_to_live(),
            ended_at: None,
            mails: 1,
        };
        assert!(link.is_good(LinkPurpose::Invitation, now));
        assert!(!link.is_good(LinkPurpose::PasswordReset, now));
        assert!(!link.is_good(LinkPurpose::Invitation, link.expires_at));
        assert!(!PasswordLink { ended_at: Some(now), ..link.clone() }.is_good(LinkPurpose::Invitation, now));
        let after = |mails, later| {
            PasswordLink::next_mail(Some(&PasswordLink { mails, ..link.clone() }), now + later)
        };
        assert_eq!(PasswordLink::next_mail(None, now), Some(1));
        assert_eq!(after(1, TimeDelta::zero()), Some(2));
        assert_eq!(after(PasswordLink::MAX_MAILS, TimeDelta::zero()), None);
        assert_eq!(after(PasswordLink::MAX_MAILS, PasswordLink::SHORT), Some(1));
    }
}
