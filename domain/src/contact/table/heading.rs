//! What columns are called: what ours are written as, and what others' are taken for.

use super::Column;
use crate::{language::Language, text::fold};

/// Each column with its heading in English and Russian, and what else people call it, folded.
const HEADINGS: &[(Column, &str, &str, &[&str])] = &[
    (
        Column::Name,
        "Name",
        "Имя контакта",
        &[
            "full name",
            "display name",
            "contact",
            "contact name",
            "title",
            "company name",
            "фио",
            "полное имя",
            "контакт",
            "название",
            "наименование",
            "название компании",
        ],
    ),
    (Column::FirstName, "First name", "Имя", &["given name", "forename"]),
    (Column::MiddleName, "Middle name", "Отчество", &["patronymic", "second name"]),
    (Column::LastName, "Last name", "Фамилия", &["surname", "family name"]),
    (Column::IsCompany, "Is a company", "Это компания", &["is company"]),
    (
        Column::Email,
        "E-mail",
        "E-mail",
        &[
            "email",
            "mail",
            "e mail address",
            "email address",
            "additional e mails",
            "additional emails",
            "additional e mail",
            "additional email",
            "почта",
            "эл почта",
            "электронная почта",
            "емейл",
            "имейл",
            "адрес электронной почты",
            "дополнительные e mail",
            "дополнительный e mail",
        ],
    ),
    (
        Column::Phone,
        "Phone",
        "Телефон",
        &["phone number", "telephone", "tel", "phones", "телефоны", "номер телефона", "тел"],
    ),
    (
        Column::MobilePhone,
        "Mobile phone",
        "Мобильный телефон",
        &["mobile", "cell", "cell phone", "мобильный", "сотовый", "сотовый телефон", "моб телефон"],
    ),
    (
        Column::WorkPhone,
        "Work phone",
        "Рабочий телефон",
        &["business phone", "office phone", "рабочий", "раб телефон"],
    ),
    (Column::HomePhone, "Home phone", "Домашний телефон", &["домашний", "дом телефон"]),
    (Column::Fax, "Fax", "Факс", &["fax number"]),
    (
        Column::Company,
        "Company",
        "Компания",
        &["companies", "organization", "employer", "компании", "организация", "контрагент"],
    ),
    (Column::Group, "Group", "Группа", &["contact group", "группа контактов"]),
    (Column::Position, "Position", "Должность", &["job title", "job", "role"]),
    (
        Column::Description,
        "Description",
        "Описание",
        &["notes", "note", "comment", "comments", "заметки", "примечание", "комментарий"],
    ),
    (Column::Address, "Address", "Адрес", &["postal address", "street address", "почтовый адрес"]),
    (Column::Language, "Language", "Язык", &["lang"]),
    (Column::TimeZone, "Time zone", "Часовой пояс", &["timezone"]),
    (Column::SelectableAsParticipant, "Selectable as participant", "Можно выбрать участником", &[]),
    (Column::SelectableAsCounterparty, "Selectable as counterparty", "Можно выбрать контрагентом", &[]),
    (Column::PortalAccess, "Portal access", "Доступ в личный кабинет", &[]),
    (Column::SeesCompanyTasks, "Sees company tasks", "Видит задачи компании", &[]),
    (Column::Spam, "Spam", "Спам", &[]),
];

impl Column {
    /// What the column is called in a table of ours.
    pub fn heading(self, language: Language) -> &'static str {
        let found = HEADINGS.iter().find(|(column, ..)| *column == self);
        found.map_or("", |(_, english, russian, _)| match language {
            Language::English => english,
            Language::Russian => russian,
        })
    }

    /// What a column of somebody else's table may be; a number at its end, and what stands between words, tells nothing.
    pub fn guess(heading: &str) -> Option<Self> {
        let heading = plain(heading);
        let is_called = |(column, english, russian, others): &(Self, &str, &str, &[&str])| {
            plain(english) == heading
                || plain(russian) == heading
                || others.contains(&heading.as_str())
                || plain(column.as_str()) == heading
        };
        HEADINGS.iter().find(|it| is_called(it)).map(|(column, ..)| *column)
    }
}

fn plain(heading: &str) -> String {
    let spaced: String = fold(heading).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let spaced = spaced.replace('ё', "е");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let is_number = |word: &&str| word.chars().all(|c| c.is_ascii_digit());
    let words = match words.split_last() {
        Some((last, rest)) if is_number(last) && !rest.is_empty() => rest.to_vec(),
        _ => words,
    };
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_guessed_by_its_own_headings() {
        for column in Column::ALL {
            for language in [Language::English, Language::Russian] {
                assert_eq!(Column::guess(column.heading(language)), Some(*column), "{column} {language}");
            }
            assert_eq!(Column::guess(column.as_str()), Some(*column));
        }
    }

    #[test]
    fn what_others_call_a_column_is_understood() {
        for (heading, column) in [
            ("E-Mail Address", Some(Column::Email)),
            (" email_2 ", Some(Column::Email)),
            ("Эл. почта", Some(Column::Email)),
            ("Телефон 3", Some(Column::Phone)),
            ("Mobile", Some(Column::MobilePhone)),
            ("ФИО", Some(Column::Name)),
            ("фамилия", Some(Column::LastName)),
            ("Организация", Some(Column::Company)),
            ("7", None),
            ("", None),
            ("Shoe size", None),
        ] {
            assert_eq!(Column::guess(heading), column, "{heading}");
        }
    }
}
