//! What a task is called that a mail begins (TBM-1, TBM-12).

use crate::{language::Language, text::Title};

/// The subject as a title: one line, cut at its limit; a mail without one gets a title in the account's language.
pub fn title(subject: &str, language: Language) -> Title {
    Title::make(
        subject,
        match language {
            Language::English => "(no subject)",
            Language::Russian => "(без темы)",
        },
    )
}

/// The words that name the closed task which a new one goes on with (INA-1).
pub fn follows(number: i64, language: Language) -> String {
    match language {
        Language::English => format!("Continues task no. {number}, which is closed."),
        Language::Russian => format!("Продолжение закрытой задачи № {number}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TBM-12
    #[test]
    fn a_subject_becomes_a_title_within_its_limit() {
        let check =
            |subject: &str, language, expected: &str| assert_eq!(title(subject, language).as_str(), expected);
        check(" Gate\r\n is broken ", Language::English, "Gate is broken");
        check(&"ж".repeat(300), Language::Russian, &"ж".repeat(250));
        check(" \u{202e}", Language::English, "(no subject)");
        check("", Language::Russian, "(без темы)");
    }
}
