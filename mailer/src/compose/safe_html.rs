//! The last look at other people's HTML before it leaves (S10).

use std::{collections::HashSet, sync::LazyLock};

use ammonia::{Builder, UrlRelative};

/// `html` without anything that runs, loads other than images, or reaches beyond its own box.
///
/// It was sanitized when it came in; rules change, and what is stored stays.
pub fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .add_generic_attributes(["style"])
        .filter_style_properties(HashSet::from(STYLE_PROPERTIES));
    cleaner
});

/// Looks, never places: nothing here can cover another part of the mail or load a resource.
const STYLE_PROPERTIES: [&str; 27] = [
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-right",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "line-height",
    "list-style-type",
    "max-width",
    "padding",
    "text-align",
    "text-decoration",
    "text-indent",
    "vertical-align",
    "white-space",
    "width",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// S10
    #[test]
    fn only_what_can_do_no_harm_is_left() {
        for (html, cleaned) in [
            ("<p>Привет, <b>Анна</b></p>", "<p>Привет, <b>Анна</b></p>"),
            ("<script>alert(1)</script>x", "x"),
            ("<style>p{}</style>x", "x"),
            ("<img src=x onerror=alert(1)>", "<img>"),
            ("<img src=\"cid:1@x\" alt=\"a\">", "<img src=\"cid:1@x\" alt=\"a\">"),
            ("<a href=\"javascript:alert(1)\">x</a>", "<a>x</a>"),
            ("<a href=\"https://x.example/\">x</a>", "<a href=\"https://x.example/\">x</a>"),
            ("<svg><style><img src=x onerror=alert(1)></style></svg>", "<img>"),
            ("<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">", ""),
            ("<b>open", "<b>open</b>"),
            ("</div></body></html>x<!-- c -->", "x"),
            ("<p style=\"color:red;position:fixed;top:0\">x</p>", "<p style=\"color:red\">x</p>"),
            ("<iframe src=\"https://x.example\"></iframe>", ""),
            ("<form action=\"https://x.example\"><input name=p></form>", ""),
        ] {
            assert_eq!(clean(html), cleaned);
        }
    }
}
