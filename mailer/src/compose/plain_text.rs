//! Plain text from HTML, for mail programs and people that prefer it.

/// Columns that the text is wrapped at: room for a few quote marks below 78 (RFC 5322 §2.1.1).
const WIDTH: usize = 72;

/// The text of an HTML document: paragraphs and lists as they are read, links as footnotes.
///
/// Where the HTML can't be rendered, its text without the tags.
pub fn from_html(html: &str) -> String {
    let config = html2text::config::plain_no_decorate().link_footnotes(true).no_table_borders();
    let text = config.string_from_read(html.as_bytes(), WIDTH);
    tidy(&text.unwrap_or_else(|_too_narrow| without_tags(html)))
}

/// No blanks at line ends, at most one empty line in a row, none at either end, one line end at the end.
pub fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut n_empty = 0;
    for line in text.lines() {
        // The one line whose blank means something (RFC 3676 §4.3).
        let line = if line == "-- " { line } else { line.trim_end() };
        if line.is_empty() {
            n_empty += 1;
            continue;
        }
        if n_empty > 0 && !tidied.is_empty() {
            tidied.push('\n');
        }
        n_empty = 0;
        tidied.push_str(line);
        tidied.push('\n');
    }
    tidied
}

/// `text` as mail programs quote it: `> ` before each line.
pub fn quoted(text: &str) -> String {
    let lines = tidy(text).lines().map(|line| format!("> {line}")).collect::<Vec<_>>();
    lines.join("\n")
}

fn without_tags(html: &str) -> String {
    ammonia::Builder::empty().clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_read_as_a_person_would() {
        let html = "<p>Добрый день!</p><ul><li>раз</li><li>два</li></ul><p>См. <a href=\"https://x.example/1\">счёт</a> \
                    и <b>срок</b>.</p><blockquote>цитата</blockquote><script>alert(1)</script>";
        insta::assert_snapshot!(from_html(html), @r"
        Добрый день!
        * раз
        * два

        См. [счёт][1] и срок.

        > цитата

        [1]: https://x.example/1
        ");
    }

    #[test]
    fn empty_lines_are_never_more_than_one() {
        assert_eq!(tidy("\n\n a  \r\n\n\n\nb\n\n"), " a\n\nb\n");
        assert_eq!(tidy(""), "");
    }
}
