//! Who is written down already: soft warnings while somebody types a contact (DUP-4).
//!
//! They never refuse anything. Of addresses there are no warnings but refusals: those belong to one person (DUP-1).

use super::{NamePart, NameParts};
use crate::{
    named::named,
    text::{Name, fold},
};

/// Most contacts that are warned of at once.
pub const MAX_WARNINGS: usize = 10;

named! {
    /// What two people have in common who may be one.
    pub enum Likeness {
        /// An address, which only an import on request gives to several (DUP-3).
        SameEmail = "same_email",
        SamePhone = "same_phone",
        /// The whole name.
        SameName = "same_name",
    }
}

/// Names as they are compared: folded, each perhaps unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedName {
    first: Option<String>,
    middle: Option<String>,
    last: Option<String>,
}

impl ComparedName {
    /// Of a contact's card. Where only the shown name is known, its words are taken for the parts, as people write them;
    /// a company's name is one.
    pub fn of(name: Option<&Name>, parts: &NameParts, is_company: bool) -> Self {
        if parts.joined().is_some() {
            let folded = |part: Option<&NamePart>| part.map(|it| fold(it.as_str()));
            return Self {
                first: folded(parts.first.as_ref()),
                middle: folded(parts.middle.as_ref()),
                last: folded(parts.last.as_ref()),
            };
        }
        let Some(name) = name.map(|it| fold(it.as_str())) else { return Self::default() };
        let mut words = name.split(' ').map(str::to_owned);
        match (words.next(), words.next(), words.next()) {
            (Some(first), Some(last), None) if !is_company => {
                Self { first: Some(first), middle: None, last: Some(last) }
            }
            (Some(first), Some(middle), Some(last)) if !is_company => {
                let last = std::iter::once(last).chain(words).collect::<Vec<_>>().join(" ");
                Self { first: Some(first), middle: Some(middle), last: Some(last) }
            }
            _ => Self { first: Some(name), ..Self::default() },
        }
    }

    /// What the names of everybody who might resemble him contain, one of these at least.
    pub fn clues(&self) -> impl Iterator<Item = &str> {
        [&self.first, &self.middle, &self.last].into_iter().flatten().map(String::as_str)
    }

    /// Whether what was typed may mean the one who is known: every name that both have must match, the first by a part of
    /// it, the others as they are, and at least one must.
    pub fn resembles(&self, known: &Self) -> bool {
        let first =
            both(self.first.as_ref(), known.first.as_ref()).map(|(typed, known)| known.contains(typed));
        let middle = both(self.middle.as_ref(), known.middle.as_ref()).map(|(typed, known)| typed == known);
        let last = both(self.last.as_ref(), known.last.as_ref()).map(|(typed, known)| typed == known);
        let mut compared = [first, middle, last].into_iter().flatten().peekable();
        compared.peek().is_some() && compared.all(|it| it)
    }
}

fn both<'a>(typed: Option<&'a String>, known: Option<&'a String>) -> Option<(&'a str, &'a str)> {
    Some((typed?, known?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> ComparedName {
        ComparedName::of(Some(&Name::parse(name).unwrap()), &NameParts::default(), false)
    }

    fn parts(first: &str, middle: &str, last: &str) -> ComparedName {
        let part = |text: &str| NamePart::parse(text).ok();
        let parts = NameParts { first: part(first), middle: part(middle), last: part(last) };
        ComparedName::of(None, &parts, false)
    }

    #[track_caller]
    fn check(known: &str, typed: &ComparedName, warns: bool) {
        assert_eq!(typed.resembles(&named(known)), warns, "{known} and {typed:?}");
    }

    /// DUP-4: the cases that the rule was worked out with.
    #[test]
    fn a_name_resembles_another_by_the_worked_cases() {
        check("Максим Иванов", &parts("Макс", "", ""), true);
        check("Максим Иванов", &named("Макс"), true);
        check("Максим Иванов", &parts("Макс", "", "Иванов"), true);
        check("Максим Иванов", &named("Макс Иванов"), true);
        check("Наталья Петрова", &parts("", "", "Петров"), false);
        check("Наталья Петрова", &parts("Татьяна", "", "Петрова"), false);
        check("Наталья Петрова", &named("Татьяна Петрова"), false);
        check("Наталья Петрова", &parts("Наталья", "Сергеевна", "Петрова"), true);
        check("Наталья Петрова", &named("Наталья Сергеевна Петрова"), true);
    }

    #[test]
    fn one_name_alone_is_compared_with_its_like() {
        check("Наталья Петрова", &parts("", "", "петрова"), true);
        check("Наталья Петрова", &parts("", "Сергеевна", ""), false);
        check("Наталья Сергеевна Петрова", &parts("", "Сергеевна", ""), true);
        check("Наталья Сергеевна Петрова", &parts("", "Сергеев", ""), false);
        check("Наталья Петрова", &parts("Петр", "", ""), false);
        check("Наталья", &parts("", "", "Петрова"), false);
        check("Наталья", &ComparedName::default(), false);
    }

    #[test]
    fn a_company_is_compared_by_the_whole_of_its_name() {
        let company =
            |name: &str| ComparedName::of(Some(&Name::parse(name).unwrap()), &NameParts::default(), true);
        assert!(company("north gate").resembles(&company("The North Gate Ltd")));
        assert!(!company("North Ltd").resembles(&company("The North Gate Ltd")));
    }
}
