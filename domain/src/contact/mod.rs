//! Contacts: what an account writes down of people and companies that have no login (CON-1, CON-2).
//!
//! [`resemblance`] tells who might be written down already, [`merge`] makes one of several, [`table`] reads and writes many.

pub mod merge;
pub mod resemblance;
pub mod table;

use thiserror::Error;

use crate::{
    Timestamp,
    id::{ContactGroupId, PersonId},
    language::Language,
    mail_address::EmailAddress,
    named::named,
    notification::parse_zone,
    person::LinkedAccount,
    text::{Line, Name, TextError, is_bidi_control},
};

/// One of the names that a person has.
pub type NamePart = Line<100>;
/// What somebody is where he works.
pub type Position = Line<250>;
/// Where somebody is found, on one line.
pub type PostalAddress = Line<1000>;

/// A person or company known to one account; has no login (CON-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub id: PersonId,
    pub card: Card,
    /// Whom he is in another account, where he is linked.
    pub linked_account: Option<LinkedAccount>,
    pub created_at: Timestamp,
    pub version: i64,
}

/// Everything about a contact that its account decides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
pub struct Card {
    /// What he is shown as.
    pub name: Name,
    pub parts: NameParts,
    pub is_company: bool,
    /// Main address first.
    pub emails: Vec<EmailAddress>,
    pub phones: Vec<Phone>,
    /// Those that he belongs to (CON-1).
    pub company_ids: Vec<PersonId>,
    /// The employees whom he turns to, and the other contacts of a company with him (EXT-2).
    pub responsible_ids: Vec<PersonId>,
    /// At most one (CON-4).
    pub group_id: Option<ContactGroupId>,
    pub position: Option<Position>,
    pub description: Option<String>,
    pub address: Option<PostalAddress>,
    pub language: Option<Language>,
    pub time_zone: Option<TimeZone>,
    /// May be put in a role and be addressed (CONF-1).
    pub selectable_as_participant: bool,
    /// May be made a task's counterparty (CONF-2).
    pub selectable_as_counterparty: bool,
    /// Mail from him is rejected (SPM-2).
    pub spam: bool,
    /// May read and answer in the portal what was addressed to him (DASH-1).
    pub portal_access: bool,
    /// Sees what his companies' other contacts see in tasks about them (EXT-8).
    pub sees_company_tasks: bool,
}

impl Card {
    /// Of somebody whom nobody wrote down: he may be talked to at once (CONF-4).
    pub fn of_unknown(name: Name, emails: Vec<EmailAddress>) -> Self {
        Self {
            name,
            parts: NameParts::default(),
            is_company: false,
            emails,
            phones: Vec::new(),
            company_ids: Vec::new(),
            responsible_ids: Vec::new(),
            group_id: None,
            position: None,
            description: None,
            address: None,
            language: None,
            time_zone: None,
            selectable_as_participant: true,
            selectable_as_counterparty: true,
            spam: false,
            portal_access: true,
            sees_company_tasks: false,
        }
    }

    /// All that he is called, for searching.
    pub fn known_as(&self) -> String {
        let joined = self.parts.joined();
        match joined {
            Some(parts) if parts != self.name.as_str() => format!("{}\n{parts}", self.name.as_str()),
            _ => self.name.as_str().to_owned(),
        }
    }
}

/// A person's names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameParts {
    pub first: Option<NamePart>,
    /// A middle name or patronymic.
    pub middle: Option<NamePart>,
    pub last: Option<NamePart>,
}

impl NameParts {
    /// The names in the order in which they are said; none where there is none.
    pub fn joined(&self) -> Option<String> {
        let parts = [&self.first, &self.middle, &self.last].into_iter().flatten().map(NamePart::as_str);
        Some(parts.collect::<Vec<_>>().join(" ")).filter(|it| !it.is_empty())
    }

    /// What a person is shown as who has only these; at most 302 characters are cut to what a name may have.
    pub fn shown(&self) -> Option<Name> {
        self.joined().map(|it| Name::make(&it, "?"))
    }
}

/// A phone number as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    pub number: String,
    pub kind: PhoneKind,
}

named! {
    /// What a phone number is for.
    pub enum PhoneKind {
        Mobile = "mobile",
        Work = "work",
        Home = "home",
        Fax = "fax",
        Other = "other",
    }
}

impl Phone {
    /// Most characters of a number.
    pub const MAX_CHARS: usize = 64;

    pub fn new(number: &str, kind: PhoneKind) -> Result<Self, TextError> {
        let number = number.trim();
        if number.is_empty() {
            return Err(TextError::Empty);
        }
        if number.chars().any(|c| c.is_control() || is_bidi_control(c)) {
            return Err(TextError::Unprintable);
        }
        if number.chars().count() > Self::MAX_CHARS {
            return Err(TextError::TooLong { max: Self::MAX_CHARS });
        }
        Ok(Self { number: number.to_owned(), kind })
    }

    /// What two spellings of the same number share: its last ten digits, so that a country's code and the zero or eight
    /// that is dialed within it are alike. None where it is too short to tell people apart.
    pub fn key(&self) -> Option<String> {
        let digits: Vec<char> = self.number.chars().filter(char::is_ascii_digit).collect();
        let significant = digits.len().saturating_sub(10);
        (digits.len() >= 5).then(|| digits.into_iter().skip(significant).collect())
    }

    /// Whether two are spellings of one number.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self.key(), other.key()) {
            (Some(a), Some(b)) => a == b,
            _ => self.number == other.number,
        }
    }
}

/// The name of a time zone in the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZone(String);

impl TimeZone {
    /// Longest name in bytes.
    pub const MAX_BYTES: usize = 64;

    pub fn parse(text: &str) -> Result<Self, TimeZoneError> {
        if text.len() > Self::MAX_BYTES {
            return Err(TimeZoneError::TooLong);
        }
        parse_zone(text).map(|_| Self(text.to_owned())).map_err(|_unknown| TimeZoneError::Unknown)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is no time zone's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TimeZoneError {
    #[error("must be the name of a time zone, like Europe/Berlin or UTC")]
    Unknown,
    #[error("must have at most 64 bytes")]
    TooLong,
}

/// What contacts are gathered in, one at most for each (CON-4). It can't be put in a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactGroup {
    pub id: ContactGroupId,
    pub name: String,
    pub created_at: Timestamp,
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_phone_number_are_alike() {
        let key = |number| Phone::new(number, PhoneKind::Other).unwrap().key();
        assert_eq!(key("+7 (495) 123-45-67"), Some("4951234567".to_owned()));
        assert_eq!(key("8 495 123 45 67"), key("+74951234567"));
        assert_eq!(key("12345"), Some("12345".to_owned()));
        assert_eq!(key("ext. 12"), None);
    }

    #[test]
    fn a_time_zone_is_named_by_area_and_place() {
        for name in ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "UTC"] {
            assert_eq!(TimeZone::parse(name).unwrap().as_str(), name);
        }
        for text in [
            "",
            "Moscow",
            "+03:00",
            "Europe/",
            "Europe/Ber lin",
            "Europe/Atlantis",
            "europe/berlin",
            "/etc/passwd",
        ] {
            assert_eq!(TimeZone::parse(text), Err(TimeZoneError::Unknown), "{text}");
        }
    }

    /// CON-2
    #[test]
    fn a_name_is_made_of_its_parts() {
        let part = |text| Some(NamePart::parse(text).unwrap());
        let parts = NameParts {
            first: part("Наталья"), middle: part("Сергеевна"), last: part("Петрова")
        };
        assert_eq!(parts.shown().unwrap().as_str(), "Наталья Сергеевна Петрова");
        assert_eq!(NameParts { middle: None, ..parts }.joined().unwrap(), "Наталья Петрова");
        assert_eq!(NameParts::default().shown(), None);
    }
}
