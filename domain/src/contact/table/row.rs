//! One row of a table of contacts.

use super::Column;
use crate::{
    contact::{
        Card, NamePart, NameParts, Phone, PhoneKind, Position, PostalAddress, TimeZone, TimeZoneError,
    },
    id::{ContactGroupId, PersonId},
    language::Language,
    mail_address::{EmailAddress, EmailAddressError},
    refusal::FieldCode,
    text::{Name, TextError, check_body},
};

/// Most addresses, phones and companies of a contact, each.
const MAX_LIST: usize = 51;

/// What a row says of a contact; what its cells leave blank it says nothing of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub name: Option<Name>,
    pub parts: NameParts,
    pub is_company: Option<bool>,
    pub emails: Vec<EmailAddress>,
    pub phones: Vec<Phone>,
    /// By their names.
    pub companies: Vec<Name>,
    /// By its name.
    pub group: Option<Name>,
    pub position: Option<Position>,
    pub description: Option<String>,
    pub address: Option<PostalAddress>,
    pub language: Option<Language>,
    pub time_zone: Option<TimeZone>,
    pub selectable_as_participant: Option<bool>,
    pub selectable_as_counterparty: Option<bool>,
    pub portal_access: Option<bool>,
    pub sees_company_tasks: Option<bool>,
    pub spam: Option<bool>,
}

/// Why a row is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    pub column: Column,
    pub code: FieldCode,
    pub detail: String,
}

impl RowProblem {
    pub fn new(column: Column, code: FieldCode, detail: impl Into<String>) -> Self {
        Self { column, code, detail: detail.into() }
    }
}

/// What a row's companies and group are here.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub company_ids: Vec<PersonId>,
    pub group_id: Option<ContactGroupId>,
}

impl Row {
    /// Reads the cells of a row; the first that can't be read refuses it.
    pub fn read<'a>(cells: impl IntoIterator<Item = (Column, &'a str)>) -> Result<Self, RowProblem> {
        let mut row = Self::default();
        for (column, cell) in cells {
            let cell = cell.trim();
            if !cell.is_empty() {
                row.take(column, cell)?;
            }
        }
        Ok(row)
    }

    fn take(&mut self, column: Column, cell: &str) -> Result<(), RowProblem> {
        let text = |error: TextError| {
            let code = if matches!(error, TextError::TooLong { .. }) {
                FieldCode::TooLong
            } else {
                FieldCode::Invalid
            };
            RowProblem::new(column, code, error.to_string())
        };
        let invalid = |detail: &str| RowProblem::new(column, FieldCode::Invalid, detail);
        match column {
            Column::Name => fill(&mut self.name, || Name::parse(cell).map_err(text))?,
            Column::FirstName => fill(&mut self.parts.first, || NamePart::parse(cell).map_err(text))?,
            Column::MiddleName => fill(&mut self.parts.middle, || NamePart::parse(cell).map_err(text))?,
            Column::LastName => fill(&mut self.parts.last, || NamePart::parse(cell).map_err(text))?,
            Column::Email => {
                for it in cell.split([';', ',', ' ', '\n', '\r', '\t']).filter(|it| !it.is_empty()) {
                    let email = EmailAddress::parse(it).map_err(|error| {
                        let is_long = matches!(error, EmailAddressError::TooLong);
                        let code = if is_long { FieldCode::TooLong } else { FieldCode::Invalid };
                        RowProblem::new(column, code, error.to_string())
                    })?;
                    if self.emails.iter().all(|known| known.key() != email.key()) {
                        self.emails.push(email);
                    }
                }
            }
            Column::Phone | Column::MobilePhone | Column::WorkPhone | Column::HomePhone | Column::Fax => {
                for it in cell.split([';', '\n', '\r']).filter(|it| !it.trim().is_empty()) {
                    let phone = Phone::new(it, kind(column)).map_err(text)?;
                    if !self.phones.iter().any(|known| known.is_same(&phone)) {
                        self.phones.push(phone);
                    }
                }
            }
            Column::Company => {
                for it in cell.split(['\n', '\r']).filter(|it| !it.trim().is_empty()) {
                    let name = Name::parse(it).map_err(text)?;
                    if !self.companies.contains(&name) {
                        self.companies.push(name);
                    }
                }
            }
            Column::Group => fill(&mut self.group, || Name::parse(cell).map_err(text))?,
            Column::Position => fill(&mut self.position, || Position::parse(cell).map_err(text))?,
            Column::Address => fill(&mut self.address, || PostalAddress::parse(cell).map_err(text))?,
            Column::Description => {
                fill(&mut self.description, || check_body(cell).map_err(text).map(|()| cell.to_owned()))?;
            }
            Column::Language => fill(&mut self.language, || {
                cell.to_lowercase().parse().map_err(|_unknown| invalid("must be en or ru"))
            })?,
            Column::TimeZone => fill(&mut self.time_zone, || {
                TimeZone::parse(cell).map_err(|error: TimeZoneError| invalid(&error.to_string()))
            })?,
            Column::IsCompany => fill(&mut self.is_company, || switch(column, cell))?,
            Column::SelectableAsParticipant => {
                fill(&mut self.selectable_as_participant, || switch(column, cell))?;
            }
            Column::SelectableAsCounterparty => {
                fill(&mut self.selectable_as_counterparty, || switch(column, cell))?;
            }
            Column::PortalAccess => fill(&mut self.portal_access, || switch(column, cell))?,
            Column::SeesCompanyTasks => fill(&mut self.sees_company_tasks, || switch(column, cell))?,
            Column::Spam => fill(&mut self.spam, || switch(column, cell))?,
        }
        Ok(())
    }

    /// What he is shown as whom the row is about; where it names nobody, he is called by his address.
    pub fn shown(&self) -> Option<Name> {
        let by_address = || self.emails.first().map(|it| Name::make(it.as_str(), "?"));
        self.name.clone().or_else(|| self.parts.shown()).or_else(by_address)
    }

    /// The card of a new contact; `is_company` counts where the row does not say.
    pub fn new_card(&self, known: Known, is_company: bool) -> Result<Card, RowProblem> {
        let name = self.shown().ok_or_else(|| {
            RowProblem::new(Column::Name, FieldCode::Required, "is required where there is no part of a name")
        })?;
        let blank =
            Card { is_company, selectable_as_participant: false, ..Card::of_unknown(name, Vec::new()) };
        self.added_to(&blank, known)
    }

    /// The card of a contact who is there already: what the row says of what there is one of stands from now on, lists are
    /// united, and his main address stays.
    pub fn added_to(&self, current: &Card, known: Known) -> Result<Card, RowProblem> {
        let mut card = current.clone();
        let parts = NameParts {
            first: self.parts.first.clone().or(card.parts.first.take()),
            middle: self.parts.middle.clone().or(card.parts.middle.take()),
            last: self.parts.last.clone().or(card.parts.last.take()),
        };
        let follows = current.parts.shown().is_some_and(|it| it == current.name);
        if let Some(name) = self.name.clone().or_else(|| parts.shown().filter(|_| follows)) {
            card.name = name;
        }
        card.parts = parts;
        for email in &self.emails {
            if card.emails.iter().all(|it| it.key() != email.key()) {
                card.emails.push(email.clone());
            }
        }
        for phone in &self.phones {
            if !card.phones.iter().any(|it| it.is_same(phone)) {
                card.phones.push(phone.clone());
            }
        }
        for id in known.company_ids {
            if !card.company_ids.contains(&id) {
                card.company_ids.push(id);
            }
        }
        for (column, n) in [
            (Column::Email, card.emails.len()),
            (Column::Phone, card.phones.len() + 1),
            (Column::Company, card.company_ids.len() + 1),
        ] {
            if n > MAX_LIST {
                return Err(RowProblem::new(
                    column,
                    FieldCode::TooMany,
                    "would be more than a contact may have",
                ));
            }
        }
        card.is_company = self.is_company.unwrap_or(card.is_company);
        card.group_id = known.group_id.or(card.group_id);
        card.position = self.position.clone().or(card.position);
        // Tables keep neither the sort of line breaks nor blanks around a text.
        let plain = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
        let is_same = |new: &&String| card.description.as_ref().is_some_and(|it| plain(it) == plain(new));
        if let Some(description) = self.description.as_ref().filter(|it| !is_same(it)) {
            card.description = Some(description.clone());
        }
        card.address = self.address.clone().or(card.address);
        card.language = self.language.or(card.language);
        card.time_zone = self.time_zone.clone().or(card.time_zone);
        card.selectable_as_participant =
            self.selectable_as_participant.unwrap_or(card.selectable_as_participant);
        card.selectable_as_counterparty =
            self.selectable_as_counterparty.unwrap_or(card.selectable_as_counterparty);
        card.portal_access = self.portal_access.unwrap_or(card.portal_access);
        card.sees_company_tasks = self.sees_company_tasks.unwrap_or(card.sees_company_tasks);
        card.spam = self.spam.unwrap_or(card.spam);
        Ok(card)
    }
}

fn fill<T>(field: &mut Option<T>, read: impl FnOnce() -> Result<T, RowProblem>) -> Result<(), RowProblem> {
    if field.is_none() {
        *field = Some(read()?);
    }
    Ok(())
}

fn switch(column: Column, cell: &str) -> Result<bool, RowProblem> {
    match cell.to_lowercase().as_str() {
        "yes" | "true" | "1" | "+" | "да" | "истина" => Ok(true),
        "no" | "false" | "0" | "-" | "нет" | "ложь" => Ok(false),
        _ => Err(RowProblem::new(column, FieldCode::Invalid, "must be yes or no")),
    }
}

const fn kind(column: Column) -> PhoneKind {
    match column {
        Column::MobilePhone => PhoneKind::Mobile,
        Column::WorkPhone => PhoneKind::Work,
        Column::HomePhone => PhoneKind::Home,
        Column::Fax => PhoneKind::Fax,
        _ => PhoneKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[(Column, &str)]) -> Result<Row, RowProblem> {
        Row::read(cells.iter().copied())
    }

    /// DUP-7: the first of several mapped columns is the main address.
    #[test]
    fn the_first_address_is_the_main_one() {
        let row = read(&[
            (Column::Email, ""),
            (Column::Email, "ivan@client.example"),
            (Column::Email, "IVAN@client.example; vanya@home.example"),
            (Column::MobilePhone, "+7 495 123-45-67\n8 495 1234567"),
        ]);
        let card = row.unwrap().new_card(Known::default(), false).unwrap();
        let emails: Vec<_> = card.emails.iter().map(EmailAddress::as_str).collect();
        assert_eq!(emails, ["ivan@client.example", "vanya@home.example"]);
        assert_eq!(card.name.as_str(), "ivan@client.example");
        assert_eq!(card.phones, [Phone::new("+7 495 123-45-67", PhoneKind::Mobile).unwrap()]);
        assert!(!card.selectable_as_participant && card.selectable_as_counterparty);
    }

    #[test]
    fn a_row_that_cant_be_read_says_why() {
        for (column, cell, code) in [
            (Column::Email, "ivan", FieldCode::Invalid),
            (Column::IsCompany, "perhaps", FieldCode::Invalid),
            (Column::Language, "de", FieldCode::Invalid),
            (Column::TimeZone, "Mars/Base", FieldCode::Invalid),
            (Column::FirstName, &"x".repeat(101), FieldCode::TooLong),
            (Column::Phone, &"1".repeat(65), FieldCode::TooLong),
            (Column::Name, "a\0b", FieldCode::Invalid),
        ] {
            let problem = read(&[(column, cell)]).unwrap_err();
            assert_eq!((problem.column, problem.code), (column, code));
        }
        let nobody = read(&[(Column::Position, "Buyer")]).unwrap().new_card(Known::default(), false);
        assert_eq!(nobody.unwrap_err().code, FieldCode::Required);
        let many = (0..52).map(|n| format!("a{n}@client.example")).collect::<Vec<_>>().join(";");
        let many = read(&[(Column::Email, many.as_str())]).unwrap().new_card(Known::default(), false);
        assert_eq!(many.unwrap_err().code, FieldCode::TooMany);
    }

    /// DUP-7
    #[test]
    fn what_a_row_leaves_blank_stays() {
        let first =
            read(&[(Column::FirstName, "Ivan"), (Column::Email, "a@x.example"), (Column::Position, "Buyer")]);
        let card = first.unwrap().new_card(Known::default(), false).unwrap();
        let second =
            read(&[(Column::LastName, "Client"), (Column::Email, "b@x.example"), (Column::Position, " ")]);
        let changed = second.unwrap().added_to(&card, Known::default()).unwrap();
        assert_eq!(changed.name.as_str(), "Ivan Client");
        assert_eq!(changed.emails.first(), card.emails.first());
        assert_eq!(changed.emails.len(), 2);
        assert_eq!(changed.position, card.position);
    }
}
