//! What a subject says besides its words: that it answers or passes on a mail (DET-2), a ticket's mark (TKT-1), that
//! nobody is to be told (CBM-7), which task it is for (CBM-6).

/// What mail programs put before a subject that they answer or pass on, folded.
const PREFIXES: &[&str] = &[
    "re",
    "fwd",
    "fw",
    "aw",
    "wg",
    "sv",
    "vs",
    "antw",
    "tr",
    "rv",
    "res",
    "enc",
    "odp",
    "pd",
    "отв",
    "ответ",
    "пер",
    "переслано",
    "відп",
    "пересл",
    "答复",
    "回复",
    "回覆",
    "转发",
    "轉寄",
    "返信",
    "転送",
];
/// The mark by which an author tells nobody.
const SILENCE: &str = "@nonotify";
/// Bracketed words that gateways put into every subject: they mark no ticket.
const WARNINGS: &[&str] =
    &["external", "extern", "spam", "suspect", "caution", "warning", "phishing", "secure", "encrypted"];
/// Longest mark, and most marks of one subject.
const MAX_MARK_CHARS: usize = 64;
const MAX_MARKS: usize = 8;

/// A subject, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Without the marks that were meant for us.
    pub shown: String,
    /// Nobody is to be told (CBM-7).
    pub is_silent: bool,
}

impl Subject {
    pub fn read(subject: &str) -> Self {
        let is_mark = |word: &&str| word.eq_ignore_ascii_case(SILENCE);
        let is_silent = subject.split_whitespace().any(|it| is_mark(&it));
        let shown: Vec<&str> = subject.split_whitespace().filter(|it| !is_mark(it)).collect();
        Self { shown: shown.join(" "), is_silent }
    }

    /// The title that it answers or passes on: without the prefixes, none where there are none (DET-2).
    pub fn answered_title(&self) -> Option<&str> {
        let mut rest = self.shown.as_str();
        while let Some(shorter) = without_prefix(rest) {
            rest = shorter;
        }
        (rest.len() < self.shown.len() && !rest.is_empty()).then_some(rest)
    }

    /// Takes `#text` out of it, by which mail to `task+@` names its task: what follows the first `#`. Where nothing else is
    /// left, the text is shown without the mark (CBM-6).
    pub fn take_search(&mut self) -> Option<String> {
        let (before, text) = self.shown.split_once('#')?;
        let text = Some(text.trim()).filter(|it| !it.is_empty())?.to_owned();
        let before = before.trim_end();
        let is_bare = before.is_empty() || before.ends_with([':', '：']);
        self.shown =
            if is_bare { format!("{before} {text}").trim_start().to_owned() } else { before.to_owned() };
        Some(text)
    }

    /// The marks of tickets in it, see [`ticket_marks`].
    pub fn ticket_marks(&self) -> Vec<String> {
        ticket_marks(&self.shown)
    }
}

/// Without one prefix: `Re: x`, `RE[2]: x`, `Fwd (3) : x`, `回复：x`.
fn without_prefix(subject: &str) -> Option<&str> {
    let (before, rest) = subject.split_once([':', '：'])?;
    let word = before.trim_end_matches(|c: char| c.is_ascii_digit() || "[]()^ ".contains(c));
    let folded = word.trim_start().to_lowercase();
    PREFIXES.contains(&folded.as_str()).then(|| rest.trim_start())
}

/// The marks of tickets in a subject or title, folded: a word in square brackets with a digit in it or all in capital
/// letters, and digits after `#` (TKT-1). Two marks are one ticket's if they are equal as a whole.
pub fn ticket_marks(text: &str) -> Vec<String> {
    let bracketed = text.split('[').skip(1).filter_map(|it| it.split_once(']')).map(|(inner, _)| inner);
    let bracketed = bracketed.filter(|it| is_mark(it)).map(|it| {
        let words: Vec<String> = it.split_whitespace().map(str::to_lowercase).collect();
        format!("[{}]", words.join(" "))
    });
    let hashed = text.split('#').skip(1).filter_map(|it| {
        let digits: String = it.chars().take_while(char::is_ascii_digit).collect();
        (!digits.is_empty()).then(|| format!("#{digits}"))
    });
    let mut marks: Vec<String> = Vec::new();
    for mark in bracketed.chain(hashed).filter(|it| it.chars().count() <= MAX_MARK_CHARS) {
        if marks.len() < MAX_MARKS && !marks.contains(&mark) {
            marks.push(mark);
        }
    }
    marks
}

fn is_mark(inner: &str) -> bool {
    let is_word = inner.chars().count() >= 6 && inner.chars().all(char::is_uppercase);
    let is_warning = || WARNINGS.iter().any(|it| inner.eq_ignore_ascii_case(it));
    inner.chars().any(|it| it.is_ascii_digit()) || (is_word && !is_warning())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_title(subject: &str, expected: Option<&str>) {
        assert_eq!(Subject::read(subject).answered_title(), expected, "{subject}");
    }

    /// DET-2
    #[test]
    fn only_what_answers_or_passes_on_names_a_title() {
        check_title("Re: Gate", Some("Gate"));
        check_title("RE[2]: Fwd: re : Gate", Some("Gate"));
        check_title("AW: Re(3): Gate: part 2", Some("Gate: part 2"));
        check_title("Отв: Ворота", Some("Ворота"));
        check_title("回复：大门", Some("大门"));
        for other in ["Gate", "Rest: Gate", "Re Gate", "Re:", "Re: Fwd: ", "", ": x"] {
            check_title(other, None);
        }
    }

    /// CBM-7: the mark is removed from what is shown.
    #[test]
    fn a_subject_may_say_that_nobody_is_told() {
        let silent = Subject::read("Re: Gate @NoNotify  repair");
        assert_eq!(silent, Subject { shown: "Re: Gate repair".into(), is_silent: true });
        assert!(!Subject::read("write to me@nonotify.example").is_silent);
    }

    /// CBM-6
    #[test]
    fn a_subject_may_name_its_task() {
        let taken = |subject: &str| {
            let mut subject = Subject::read(subject);
            let text = subject.take_search();
            (text, subject.shown)
        };
        let expected = |text: &str, shown: &str| (Some(text.to_owned()), shown.to_owned());
        assert_eq!(taken("Offer #Gate repair @nonotify"), expected("Gate repair", "Offer"));
        assert_eq!(taken("#Gate"), expected("Gate", "Gate"));
        assert_eq!(taken("Fwd: # Gate "), expected("Gate", "Fwd: Gate"));
        for none in ["Offer", "Offer #", "# "] {
            assert_eq!(taken(none).0, None, "{none}");
        }
    }

    #[track_caller]
    fn check_marks(text: &str, expected: &[&str]) {
        assert_eq!(ticket_marks(text), expected, "{text}");
    }

    /// TKT-1
    #[test]
    fn a_ticket_has_its_mark_in_brackets_or_after_a_hash() {
        check_marks("Re: [SR-0123456] Printer", &["[sr-0123456]"]);
        check_marks("[ID:  0123456] and [AGRTSDJKB]", &["[id: 0123456]", "[agrtsdjkb]"]);
        check_marks("Ticket #4711, was (#12)", &["#4711", "#12"]);
        check_marks("[#815] x", &["[#815]", "#815"]);
        for none in ["[EXTERNAL] Gate", "[dev] Gate", "[Gate", "Gate]", "# Gate", "[]", "Gate 4711"] {
            check_marks(none, &[]);
        }
        assert_eq!(ticket_marks(&"#1 #2 #3 #4 #5 #6 #7 #8 #9 #10".repeat(3)).len(), MAX_MARKS);
        check_marks(&format!("[1{}]", "x".repeat(100)), &[]);
    }
}
