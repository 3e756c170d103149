//! Which elements make lines, hide what they hold, or end by themselves.

use html5ever::tokenizer::states::{RawKind, Rawtext, Rcdata, ScriptData};

/// What holds text that isn't markup.
pub(super) fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(Rawtext),
        "title" | "textarea" => Some(Rcdata),
        _ => None,
    }
}

/// What stands between blank lines.
pub(super) fn is_paragraph(name: &str) -> bool {
    matches!(name, "p" | "blockquote" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Whose content nobody sees.
pub(super) fn is_unseen(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "title"
            | "template"
            | "noscript"
            | "svg"
            | "math"
            | "textarea"
            | "select"
            | "iframe"
            | "object"
            | "noembed"
            | "noframes"
    )
}

pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "center"
            | "dd"
            | "details"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "html"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
            | "ul"
    )
}

/// `true` when the start of `next` ends an open element that needs no end tag.
pub(super) fn ends_by_itself(open: &str, next: &str) -> bool {
    match next {
        "li" => open == "li",
        "td" | "th" => matches!(open, "td" | "th"),
        "tr" => matches!(open, "td" | "th" | "tr"),
        "dt" | "dd" => matches!(open, "dt" | "dd"),
        next => open == "p" && is_block(next),
    }
}

/// Elements that are followed to their end: blocks, cells, what hides, and what mail programs mark besides.
pub(super) fn is_tracked(name: &str) -> bool {
    is_block(name) || is_unseen(name) || matches!(name, "td" | "th" | "span")
}
