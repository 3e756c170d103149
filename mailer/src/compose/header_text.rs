//! Texts on their way into a header: one line, nothing invisible (S16).

/// Longest subject in characters; RFC 5322 allows lines of 998 bytes, people read about sixty characters.
pub const MAX_SUBJECT_CHARS: usize = 250;
const MAX_NAME_CHARS: usize = 150;
const MAX_FILE_NAME_CHARS: usize = 150;

/// `text` on one line: line ends and other controls become blanks, runs of blanks one, and characters that change
/// the direction of writing or are invisible are dropped.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| !is_deceptive(c)) {
        if !(c.is_whitespace() || c.is_control()) {
            line.push(c);
        } else if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// A subject line of at most [`MAX_SUBJECT_CHARS`] characters; a longer one ends in `…`.
pub fn subject(text: &str) -> String {
    shortened(&one_line(text), MAX_SUBJECT_CHARS)
}

/// The display name of an address; empty where nothing is left.
pub fn display_name(text: &str) -> String {
    shortened(&one_line(text), MAX_NAME_CHARS)
}

/// A file name without folders, reserved characters and leading dots, that keeps its extension when shortened.
pub fn file_name(text: &str) -> String {
    let replaced = one_line(text).replace(['/', '\\', ':', '*', '?', '"', '<', '>', '|'], "_");
    let name = replaced.trim_start_matches(['.', ' ']);
    if name.is_empty() {
        return "file".to_owned();
    }
    match name.rsplit_once('.') {
        Some((stem, extension)) if extension.chars().count() <= 16 => {
            format!("{}.{extension}", shortened(stem, MAX_FILE_NAME_CHARS))
        }
        _ => shortened(name, MAX_FILE_NAME_CHARS),
    }
}

/// At most `max_chars` characters; `…` stands for what is left out.
pub fn shortened(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let kept = text.chars().take(max_chars.saturating_sub(1)).collect::<String>();
    format!("{}…", kept.trim_end())
}

/// Direction marks and overrides, and characters without any width but for the joiners of emoji and scripts.
const fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e001f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_visible_line() {
        for (text, line) in [
            ("", ""),
            ("  Смета \r\n\t на март\u{0} ", "Смета на март"),
            ("Hi\r\nBcc: x@y.example\r\n\r\nbody", "Hi Bcc: x@y.example body"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\u{2028}b\u{85}c\u{7f}d", "a b c d"),
            ("👩\u{200d}🚀 лети", "👩\u{200d}🚀 лети"),
        ] {
            assert_eq!(one_line(text), line);
        }
    }

    #[test]
    fn long_subjects_end_in_an_ellipsis() {
        let long = subject(&"я ".repeat(300));
        assert!(long.chars().count() <= MAX_SUBJECT_CHARS && long.ends_with("я…"), "{long}");
        assert_eq!(subject("short"), "short");
    }

    #[test]
    fn file_names_lead_nowhere_and_keep_their_extension() {
        for (text, name) in [
            ("Смета.xlsx", "Смета.xlsx"),
            ("../../etc/passwd", "_.._etc_passwd"),
            (".htaccess", "htaccess"),
            ("a\"b\r\nc.txt", "a_b c.txt"),
            (" \u{202e} ", "file"),
            ("con:stream", "con_stream"),
        ] {
            assert_eq!(file_name(text), name);
        }
        let long = file_name(&format!("{}.pdf", "д".repeat(400)));
        assert!(long.ends_with("….pdf") && long.chars().count() <= 154, "{long}");
    }
}
