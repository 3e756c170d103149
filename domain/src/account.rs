//! Accounts (tenants) and what employees may do in them.

use std::fmt;

use thiserror::Error;

use crate::{Timestamp, id::AccountId, language::Language, named::named, text::Name};

/// A tenant (ACC-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub name: AccountName,
    pub title: Name,
    pub language: Language,
    pub created_at: Timestamp,
    pub version: i64,
}

/// An account's name: one DNS label, which makes the mail domain `<name>.<mail domain>` (ACC-1, RFC 1035 §2.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountName(String);

impl AccountName {
    /// 1–63 of `a`–`z`, `0`–`9` and inner `-`; capitals are lowered.
    pub fn parse(text: &str) -> Result<Self, LabelError> {
        let name = text.trim().to_lowercase();
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() {
            return Err(LabelError::Empty);
        }
        if name.len() > 63 {
            return Err(LabelError::TooLong { max: 63 });
        }
        if !name.chars().all(inner) || name.starts_with('-') || name.ends_with('-') {
            return Err(LabelError::Characters);
        }
        Ok(Self(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account's mail domain.
    pub fn mail_domain(&self, server: &str) -> String {
        format!("{}.{server}", self.0)
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A login: the local part of an employee's internal address, and of a virtual one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Login(String);

impl Login {
    /// Beginnings of local parts that the system gives a meaning of its own (ADR-3).
    const RESERVED: [&'static str; 4] = ["task", "project", "reply", "bounce"];
    /// Mailboxes that mean a role, not a person (RFC 2142).
    const ROLES: [&'static str; 4] = ["postmaster", "abuse", "mailer-daemon", "noreply"];

    /// 1–64 of `a`–`z`, `0`–`9`, `_`, `-` and inner single dots; capitals are lowered.
    pub fn parse(text: &str) -> Result<Self, LabelError> {
        let login = text.trim().to_lowercase();
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        if login.is_empty() {
            return Err(LabelError::Empty);
        }
        if login.len() > 64 {
            return Err(LabelError::TooLong { max: 64 });
        }
        if !login.chars().all(allowed) || login.split('.').any(str::is_empty) {
            return Err(LabelError::Characters);
        }
        let is_reserved = Self::RESERVED.iter().any(|it| login.starts_with(it));
        if is_reserved || Self::ROLES.contains(&login.as_str()) {
            return Err(LabelError::Reserved);
        }
        Ok(Self(login))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is no account name or login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LabelError {
    #[error("must not be empty")]
    Empty,
    #[error("must have at most {max} characters")]
    TooLong { max: usize },
    #[error("may have Latin letters, digits and hyphens inside (a login also dots and underscores)")]
    Characters,
    #[error("is reserved for the system's own addresses")]
    Reserved,
}

named! {
    /// What an employee may do in his account (ROL-10, without the roles that need groups).
    pub enum Role {
        /// Exactly one, at first the one who signed up (ACC-2).
        Owner = "owner",
        Admin = "admin",
        Member = "member",
    }
}

impl Role {
    /// Owner and administrators see every task and change every setting.
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

named! {
    /// Whether an employee works here.
    pub enum EmployeeStatus {
        /// Has not accepted his invitation yet: can't sign in, and gets nothing but that.
        Invited = "invited",
        Active = "active",
        /// Can't sign in; gets nothing on any channel (NTF-9).
        Inactive = "inactive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_name_is_a_dns_label() {
        assert_eq!(
            AccountName::parse(" Acme-1 ").unwrap().mail_domain("liaison.test"),
            "acme-1.liaison.test"
        );
        for (text, error) in [
            ("", LabelError::Empty),
            ("-a", LabelError::Characters),
            ("a.b", LabelError::Characters),
            ("фирма", LabelError::Characters),
        ] {
            assert_eq!(AccountName::parse(text), Err(error), "{text}");
        }
        assert_eq!(AccountName::parse(&"a".repeat(64)), Err(LabelError::TooLong { max: 63 }));
    }

    /// ADR-3: names share one namespace with the system's own addresses.
    #[test]
    fn a_login_never_shadows_a_system_address() {
        assert_eq!(Login::parse("Anna.K").unwrap().as_str(), "anna.k");
        for text in ["task", "task.7", "Tasks", "project-3", "reply", "bounce", "postmaster", "abuse"] {
            assert_eq!(Login::parse(text), Err(LabelError::Reserved), "{text}");
        }
        for text in ["a+b", "a..b", ".a", "a b"] {
            assert_eq!(Login::parse(text), Err(LabelError::Characters), "{text}");
        }
    }
}
