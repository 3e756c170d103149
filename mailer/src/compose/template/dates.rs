//! Days and moments in words, by the pattern letters that people know from spreadsheets (VAR-5).

use chrono::{Datelike, NaiveDateTime, Timelike};
use liaison_domain::language::Language;

use crate::compose::{facts::When, words::words};

/// `5 March 2030`, or `5 March 2030, 14:30` for a moment.
pub(in crate::compose) fn shown(when: When, language: Language) -> String {
    let pattern = match when {
        When::Day(_) => "d MMMM yyyy",
        When::Moment(_) => "d MMMM yyyy, HH:mm",
    };
    formatted(when, pattern, language).unwrap_or_default()
}

/// For comparing: a day starts at midnight.
pub(super) fn sort_key(when: When) -> NaiveDateTime {
    match when {
        When::Day(day) => day.and_time(chrono::NaiveTime::MIN),
        When::Moment(moment) => moment.naive_local(),
    }
}

/// Writes `when` by a pattern of `y yyyy M MM MMM MMMM LLLL d dd E EEEE H HH h hh m mm s ss a`; other signs stand for
/// themselves, text between apostrophes as well. `None` for a letter that is none of these.
pub(super) fn formatted(when: When, pattern: &str, language: Language) -> Option<String> {
    let at = sort_key(when);
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let length = rest.find(|other| other != c).unwrap_or(rest.len());
        if c == '\'' {
            let quoted = rest.get(1..)?;
            let (literal, after) = quoted.split_once('\'')?;
            text.push_str(if literal.is_empty() { "'" } else { literal });
            rest = after;
            continue;
        }
        let (run, after) = rest.split_at(length);
        rest = after;
        if c.is_ascii_alphabetic() {
            text.push_str(&letters(at, run, language)?);
        } else {
            text.push_str(run);
        }
    }
    Some(text)
}

fn letters(at: NaiveDateTime, run: &str, language: Language) -> Option<String> {
    let words = words(language);
    let month = usize::try_from(at.month0()).ok()?;
    let weekday = usize::try_from(at.weekday().num_days_from_monday()).ok()?;
    let (is_afternoon, hour12) = at.hour12();
    Some(match run {
        "y" | "yyyy" => at.year().to_string(),
        "yy" => format!("{:02}", at.year().rem_euclid(100)),
        "M" | "L" => at.month().to_string(),
        "MM" | "LL" => format!("{:02}", at.month()),
        "MMM" => (*words.short_months.get(month)?).to_owned(),
        "MMMM" => (*words.months_of_date.get(month)?).to_owned(),
        "LLLL" => (*words.months.get(month)?).to_owned(),
        "d" => at.day().to_string(),
        "dd" => format!("{:02}", at.day()),
        "E" => (*words.short_weekdays.get(weekday)?).to_owned(),
        "EEEE" => (*words.weekdays.get(weekday)?).to_owned(),
        "H" => at.hour().to_string(),
        "HH" => format!("{:02}", at.hour()),
        "h" => hour12.to_string(),
        "hh" => format!("{hour12:02}"),
        "m" => at.minute().to_string(),
        "mm" => format!("{:02}", at.minute()),
        "s" => at.second().to_string(),
        "ss" => format!("{:02}", at.second()),
        "a" => if is_afternoon { "PM" } else { "AM" }.to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;

    #[test]
    fn dates_are_written_by_pattern_and_language() {
        let moment = When::Moment(DateTime::parse_from_rfc3339("2030-03-05T14:07:09+03:00").unwrap());
        for (pattern, english, russian) in [
            ("d MMMM yyyy", Some("5 March 2030"), Some("5 марта 2030")),
            ("dd.MM.yy HH:mm:ss", Some("05.03.30 14:07:09"), Some("05.03.30 14:07:09")),
            ("EEEE, d MMM", Some("Tuesday, 5 Mar"), Some("вторник, 5 мар")),
            ("LLLL yyyy 'г.'", Some("March 2030 г."), Some("март 2030 г.")),
            ("h a", Some("2 PM"), Some("2 PM")),
            ("''", Some("'"), Some("'")),
            ("ddd", None, None),
            ("'open", None, None),
        ] {
            assert_eq!(formatted(moment, pattern, Language::English).as_deref(), english, "{pattern}");
            assert_eq!(formatted(moment, pattern, Language::Russian).as_deref(), russian, "{pattern}");
        }
        assert_eq!(shown(moment, Language::Russian), "5 марта 2030, 14:07");
        let day = When::Day(NaiveDate::from_ymd_opt(2030, 12, 31).unwrap());
        assert_eq!(shown(day, Language::English), "31 December 2030");
    }
}
