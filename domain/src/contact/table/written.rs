//! Contacts as the rows of a table of ours, which [`super::row`] reads back.

use super::Column;
use crate::{
    contact::{Card, PhoneKind},
    language::Language,
};

/// A column of a table of ours.
#[derive(Clone, Copy, Debug)]
enum Written {
    Field(Column),
    /// Addresses beside the main one, which are of the same field.
    FurtherEmails,
}

/// The columns, in their order.
const COLUMNS: [Written; 24] = [
    Written::Field(Column::Name),
    Written::Field(Column::FirstName),
    Written::Field(Column::MiddleName),
    Written::Field(Column::LastName),
    Written::Field(Column::IsCompany),
    Written::Field(Column::Email),
    Written::FurtherEmails,
    Written::Field(Column::Phone),
    Written::Field(Column::MobilePhone),
    Written::Field(Column::WorkPhone),
    Written::Field(Column::HomePhone),
    Written::Field(Column::Fax),
    Written::Field(Column::Company),
    Written::Field(Column::Group),
    Written::Field(Column::Position),
    Written::Field(Column::Description),
    Written::Field(Column::Address),
    Written::Field(Column::Language),
    Written::Field(Column::TimeZone),
    Written::Field(Column::SelectableAsParticipant),
    Written::Field(Column::SelectableAsCounterparty),
    Written::Field(Column::PortalAccess),
    Written::Field(Column::SeesCompanyTasks),
    Written::Field(Column::Spam),
];

/// The heading of a table.
pub fn heading(language: Language) -> Vec<String> {
    let heading = |it: &Written| match (it, language) {
        (Written::Field(column), _) => column.heading(language),
        (Written::FurtherEmails, Language::English) => "Additional e-mails",
        (Written::FurtherEmails, Language::Russian) => "Дополнительные e-mail",
    };
    COLUMNS.iter().map(|it| heading(it).to_owned()).collect()
}

/// A contact as a row below that heading; his companies and his group go by their names.
pub fn cells(card: &Card, companies: &[String], group: Option<&str>) -> Vec<String> {
    COLUMNS.iter().map(|it| cell(*it, card, companies, group)).collect()
}

fn cell(written: Written, card: &Card, companies: &[String], group: Option<&str>) -> String {
    let line = |it: Option<&str>| it.unwrap_or_default().to_owned();
    let switch = |on: bool| if on { "yes" } else { "no" }.to_owned();
    let phones = |kind: PhoneKind| {
        let numbers = card.phones.iter().filter(|it| it.kind == kind).map(|it| it.number.as_str());
        numbers.collect::<Vec<_>>().join("\n")
    };
    let Written::Field(column) = written else {
        let further = card.emails.iter().skip(1).map(ToString::to_string);
        return further.collect::<Vec<_>>().join("\n");
    };
    match column {
        Column::Name => card.name.as_str().to_owned(),
        Column::FirstName => line(card.parts.first.as_ref().map(crate::text::Line::as_str)),
        Column::MiddleName => line(card.parts.middle.as_ref().map(crate::text::Line::as_str)),
        Column::LastName => line(card.parts.last.as_ref().map(crate::text::Line::as_str)),
        Column::IsCompany => switch(card.is_company),
        Column::Email => card.emails.first().map(ToString::to_string).unwrap_or_default(),
        Column::Phone => phones(PhoneKind::Other),
        Column::MobilePhone => phones(PhoneKind::Mobile),
        Column::WorkPhone => phones(PhoneKind::Work),
        Column::HomePhone => phones(PhoneKind::Home),
        Column::Fax => phones(PhoneKind::Fax),
        Column::Company => companies.join("\n"),
        Column::Group => line(group),
        Column::Position => line(card.position.as_ref().map(crate::text::Line::as_str)),
        Column::Description => line(card.description.as_deref()),
        Column::Address => line(card.address.as_ref().map(crate::text::Line::as_str)),
        Column::Language => line(card.language.map(Language::as_str)),
        Column::TimeZone => line(card.time_zone.as_ref().map(super::super::TimeZone::as_str)),
        Column::SelectableAsParticipant => switch(card.selectable_as_participant),
        Column::SelectableAsCounterparty => switch(card.selectable_as_counterparty),
        Column::PortalAccess => switch(card.portal_access),
        Column::SeesCompanyTasks => switch(card.sees_company_tasks),
        Column::Spam => switch(card.spam),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::row::{Known, Row},
        *,
    };
    use crate::{
        contact::{NameParts, Phone, TimeZone},
        mail_address::EmailAddress,
        text::{Line, Name},
    };

    fn line<const MAX: usize>(text: &str) -> Line<MAX> {
        Line::parse(text).unwrap()
    }

    /// DUP-7: what is written is read back as it was.
    #[test]
    fn a_row_that_was_written_is_the_same_contact() {
        let email = |it: &str| EmailAddress::parse(it).unwrap();
        let phone = |number: &str, kind| Phone::new(number, kind).unwrap();
        let card = Card {
            parts: NameParts { first: Some(line("Ivan")), middle: None, last: Some(line("=Client")) },
            phones: vec![phone("+7 495 123-45-67", PhoneKind::Other), phone("555-01-02", PhoneKind::Fax)],
            position: Some(line("Buyer")),
            description: Some("Rings\nlate; \"always\"".to_owned()),
            address: Some(line("Moscow, 1")),
            language: Some(Language::Russian),
            time_zone: Some(TimeZone::parse("Europe/Moscow").unwrap()),
            selectable_as_counterparty: false,
            sees_company_tasks: true,
            spam: true,
            ..Card::of_unknown(
                Name::parse("Vanya").unwrap(),
                ["a@x.example", "b@x.example", "c@x.example"].map(email).into(),
            )
        };
        for language in [Language::English, Language::Russian] {
            let cells = cells(&card, &["North Gate".to_owned()], Some("Friends"));
            let columns: Vec<Column> =
                heading(language).iter().map(|it| Column::guess(it).unwrap()).collect();
            let row = Row::read(columns.into_iter().zip(cells.iter().map(String::as_str))).unwrap();
            assert_eq!(row.companies, [Name::parse("North Gate").unwrap()]);
            assert_eq!(row.group, Some(line("Friends")));
            assert_eq!(row.new_card(Known::default(), false).unwrap(), card);
            assert_eq!(row.added_to(&card, Known::default()).unwrap(), card);
        }
    }
}
