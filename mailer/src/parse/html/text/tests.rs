//! What HTML becomes as text, and where its marks lie.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(html: &str, expected: &str) {
    assert_eq!(to_text(html).text, expected, "of {html}");
}

#[test]
fn blocks_and_breaks_make_lines() {
    check("one<br>two", "one\ntwo");
    check("<div>one</div><div>two</div>", "one\ntwo");
    check("<div>one<br></div><div><br></div><div>two</div>", "one\n\ntwo");
    check("<p>one</p><p>two</p>", "one\n\ntwo");
    check("<p class=MsoNormal>one</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>two</p>", "one\n\ntwo");
    check("<p>one<p>two<div>three", "one\n\ntwo\n\nthree");
    check("  <b>one</b>\n <i>two</i>  \n", "one two");
    check("one<br><br><br><br><br>two", "one\n\n\ntwo");
    check("<pre>one\n  two</pre>three", "one\n  two\nthree");
}

#[test]
fn tables_lists_and_links_stay_readable() {
    check("<table><tr><th>a</th><th>b</th></tr><tr><td>1<td>2</table>", "a\tb\n1\t2");
    check("<ul><li>one<li>two</ul>", "- one\n- two");
    check("<ol><li>one<ul><li>inner</ul><li>two</ol>", "1. one\n\n- inner\n\n2. two");
    check(r#"see <a href="https://example.com/x">here</a>."#, "see here <https://example.com/x>.");
    check(r#"<a href="https://example.com/">example.com</a>"#, "example.com");
    check(r#"<a href="mailto:a@example.com">Anna</a>"#, "Anna");
    check(r#"<a href="https://example.com"><img src="cid:1" alt="Logo"></a><img alt="🎉">"#, "🎉");
}

#[test]
fn what_nobody_sees_is_left_out() {
    check(
        "<html><head><title>t</title><style>p {}</style></head><body>seen<script>x < y</script></body>",
        "seen",
    );
    check(
        r#"<div style="display: none">preview</div>seen<!-- no --><span style="mso-hide:all">no</span>"#,
        "seen",
    );
    check("a &lt; b &amp;&nbsp;c&shy;d", "a < b & cd");
    check("</div></p></span>seen</td></b>", "seen");
    check("", "");
}

#[test]
fn mail_quotes_get_a_prefix_and_quotations_do_not() {
    check(
        r#"Yes<blockquote type="cite">one<br><br>two<blockquote>three</blockquote></blockquote>No"#,
        "Yes\n\n> one\n>\n> two\n>\n> > three\n\nNo",
    );
    check("He says:<blockquote>one</blockquote>", "He says:\n\none");
    check(
        "On 04.03.2024 09:15, Desk wrote:<blockquote>one</blockquote>No<blockquote>two</blockquote>",
        "On 04.03.2024 09:15, Desk wrote:\n\n> one\n\nNo\n\n> two",
    );
}

#[test]
fn marks_cover_the_lines_of_their_element() {
    let marked = |html: &str| {
        let converted = to_text(html);
        let texts = converted
            .marks
            .iter()
            .map(|mark| (mark.kind, converted.text.get(mark.range.clone()).unwrap().trim().to_owned()));
        texts.collect::<Vec<_>>()
    };
    assert_eq!(
        marked(r#"Yes<div class="gmail_attr">Desk:</div>"#),
        [(MarkKind::Introduction, "Desk:".to_owned())]
    );
    assert_eq!(marked(r#"Yes<div id="divRplyFwdMsg">Desk</div>x"#), [(MarkKind::Quote, "Desk".to_owned())]);
    assert_eq!(marked(r#"Yes<p class="big moz-signature">Anna"#), [(MarkKind::Signature, "Anna".to_owned())]);
    assert_eq!(marked(r#"Yes<div id="appendonsend"></div>x"#), [(MarkKind::Quote, String::new())]);
    assert_eq!(marked(r#"<blockquote type="cite"><div id="Signature">Desk</div></blockquote>"#), []);
}

proptest! {
    #[test]
    fn any_markup_becomes_text_with_marks_inside_it(html in r#"(<(div|p|span|td|blockquote type="cite"|div id="signature"|a href="http://x")>|</(div|p|span|td|blockquote|a)>|<br>| |\PC{1,3}){0,40}"#) {
        let converted = to_text(&html);
        for mark in converted.marks {
            prop_assert!(converted.text.get(mark.range).is_some());
        }
        prop_assert!(!converted.text.starts_with('\n') && !converted.text.ends_with('\n'));
    }
}

#[test]
fn hostile_markup_takes_linear_time() {
    for html in [
        "<div>",
        "<div>a",
        "</div>",
        "<blockquote type=cite>a",
        "<p>",
        "<a href=http://x>",
        "<span>a</p>",
        "<li>",
        "<div class=gmail_quote>a<blockquote>",
        "&nbsp;",
        "<br>",
        "<",
        "<ol><li>",
    ] {
        let started = Instant::now();
        to_text(&html.repeat(100_000 / html.len()));
        assert!(started.elapsed() < Duration::from_secs(2), "{html} took {:?}", started.elapsed());
    }
}
