//! HTML-only replies: what the markup of each mail program marks as quoted or signed.

use super::*;
use crate::parse::html::to_text;

#[track_caller]
fn shows_of(html: &str, expected: &str) {
    let converted = to_text(html);
    let body =
        Body { text: converted.text, marks: converted.marks, text_is_converted: true, ..Body::default() };
    assert_eq!(visible(&body), expected, "in the text:\n{}\nmarks: {:?}", body.text, body.marks);
}

#[test]
fn quotes_are_found_by_the_markup_in_any_language() {
    for html in [
        // Gmail
        r#"<div dir="ltr">Yes.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Kirjoitettu eilen tuki:<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc">Has it come?</blockquote></div>"#,
        // Thunderbird
        r#"<p>Yes.</p><div class="moz-cite-prefix">Desk skribis hieraŭ:<br></div><blockquote type="cite" cite="mid:x@example.com"><p>Has it come?</p></blockquote>"#,
        // Apple Mail
        r#"<div>Yes.</div><div><br><blockquote type="cite"><div>On 4 Mar 2024, at 09:15, Desk &lt;desk@example.com&gt; wrote:</div><br><div>Has it come?</div></blockquote></div>"#,
        // Outlook on the web
        r#"<div>Yes.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg"><font><b>Lähettäjä?:</b> Desk<br><b>Milloin:</b> eilen</font></div><div>Has it come?</div>"#,
        // Outlook for Windows
        r#"<p class="MsoNormal">Yes.<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>Kust:</b> Desk<br><b>Millal:</b> eile</p></div></div><p class="MsoNormal">Has it come?</p>"#,
        // Yahoo
        r#"<div>Yes.</div><div id="yahoo_quoted_123" class="yahoo_quoted"><div>eilen Desk:</div><div>Has it come?</div></div>"#,
        // Yandex
        r#"<div>Yes.</div><div> </div><div>04.03.2024, 09:15, "Desk" &lt;desk@example.com&gt;:</div><blockquote><p>Has it come?</p></blockquote>"#,
        // Mail.ru
        r#"<div>Yes.<br><blockquote style="border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px">Понедельник, 4 марта 2024, 9:15 +03:00 от Desk &lt;desk@example.com&gt;:<br><div>Has it come?</div></blockquote></div>"#,
        // Proton
        r#"<div>Yes.</div><div class="protonmail_quote">On Monday, March 4th, 2024 at 9:15 AM, Desk &lt;desk@example.com&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">Has it come?</blockquote></div>"#,
        // Zimbra
        r#"<div>Yes.</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>Kust: </b>Desk<br></div><div data-marker="__QUOTED_TEXT__">Has it come?</div>"#,
        // Roundcube
        r#"<p>Yes.</p><p id="reply-intro">Desk skribis hieraŭ:</p><blockquote type="cite"><p>Has it come?</p></blockquote>"#,
    ] {
        shows_of(html, "Yes.");
    }
}

#[test]
fn signatures_are_found_by_the_markup() {
    for html in [
        r#"<div>Yes.</div><div><br></div><span>-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">Anna</div>"#,
        r#"<div>Yes.</div><div id="ms-outlook-mobile-signature">Anna, on the way</div>"#,
        r#"<p>Yes.</p><div class="moz-signature">Anna<br>Example Ltd</div>"#,
    ] {
        shows_of(html, "Yes.");
    }
}

#[test]
fn a_quotation_of_the_sender_is_his_own_words() {
    shows_of(
        "<p>The manual says:</p><blockquote>Press twice.</blockquote><p>It doesn't work.</p>",
        "The manual says:\n\nPress twice.\n\nIt doesn't work.",
    );
    shows_of(
        "<p>The manual says:</p><blockquote class=\"gmail_quote\" style=\"border-left:1px solid\">Press twice.</blockquote>",
        "The manual says:\n\nPress twice.",
    );
}

#[test]
fn answers_between_quotes_keep_their_quotes() {
    shows_of(
        r#"<div class="gmail_quote"><div class="gmail_attr">On Mon, Mar 4, 2024 at 9:15 AM Desk &lt;desk@example.com&gt; wrote:</div><blockquote class="gmail_quote">Has it come?</blockquote><div>Yes.</div><blockquote class="gmail_quote">Is it whole?</blockquote><div>No.</div></div>"#,
        "On Mon, Mar 4, 2024 at 9:15 AM Desk <desk@example.com> wrote:\n\n> Has it come?\n\nYes.\n\n> Is it whole?\n\nNo.",
    );
}
