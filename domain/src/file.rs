//! Files: a name and a type over content that is stored once by its digest.

use crate::{Timestamp, id::FileId, text::is_bidi_control};

/// A file of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub id: FileId,
    pub name: String,
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the content.
    pub sha256: Vec<u8>,
    pub created_at: Timestamp,
}

/// A file that is to be attached to a task or comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub file: FileId,
    /// The Content-ID (RFC 2392) by which the HTML beside it shows it, without angle brackets.
    pub content_id: Option<String>,
}

/// A file as it hangs on a task or comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedFile {
    pub file: File,
    /// See [`Attachment::content_id`].
    pub content_id: Option<String>,
}

/// The type of content that nothing is known about.
pub const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The type that content is served under (S11): what a browser could run in our name is no more than bytes.
pub fn served_type(content_type: &str) -> &str {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, subtype) = essence.split_once('/').unwrap_or_default();
    let is_xml = subtype == "xml" || subtype.ends_with("+xml");
    let is_active = is_xml || ["html", "script"].iter().any(|it| subtype.contains(it));
    let is_plain = matches!(kind, "application" | "audio" | "font" | "image" | "text" | "video");
    if is_plain && !is_active { content_type } else { UNKNOWN_TYPE }
}

/// Longest file name in characters.
pub const MAX_NAME_CHARS: usize = 200;

/// A name that is safe to store, to show and to save under (S11): no path, no control or direction character,
/// nothing that a desktop treats as special, at most [`MAX_NAME_CHARS`] characters with the extension kept.
pub fn safe_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = base
        .chars()
        .filter(|c| !c.is_control() && !is_bidi_control(*c) && !is_invisible(*c))
        .map(|c| if r#"<>:"|?*"#.contains(c) { '_' } else { c })
        .collect();
    let clean = clean.trim_matches([' ', '.']);
    if clean.is_empty() {
        return "file".to_owned();
    }
    if clean.chars().count() <= MAX_NAME_CHARS {
        return clean.to_owned();
    }
    let (stem, extension) =
        clean.rsplit_once('.').filter(|(_, e)| e.chars().count() <= 16).unwrap_or((clean, ""));
    let room = MAX_NAME_CHARS - extension.chars().count() - usize::from(!extension.is_empty());
    let stem: String = stem.chars().take(room).collect();
    if extension.is_empty() { stem } else { format!("{stem}.{extension}") }
}

const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, safe: &str) {
        assert_eq!(safe_name(name), safe);
    }

    /// S11: names come from strangers.
    #[test]
    fn a_file_name_keeps_what_is_harmless() {
        check("Отчёт за май.pdf", "Отчёт за май.pdf");
        check("../../etc/passwd", "passwd");
        check(r"C:\temp\a.doc", "a.doc");
        check("invoice\u{202e}fdp.exe", "invoicefdp.exe");
        check("a\r\nX: y.txt", "aX_ y.txt");
        check(" .. ", "file");
        check(".htaccess", "htaccess");
        assert!(safe_name(&format!("{}.pdf", "x".repeat(300))).ends_with("x.pdf"));
        assert_eq!(safe_name(&format!("{}.pdf", "x".repeat(300))).len(), MAX_NAME_CHARS);
    }

    /// S11: no upload becomes a page or a script of this server.
    #[test]
    fn what_a_browser_could_run_is_served_as_bytes() {
        for harmless in [
            "application/pdf",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "image/png",
            "text/plain; charset=utf-8",
            "video/mp4",
        ] {
            assert_eq!(served_type(harmless), harmless);
        }
        for active in [
            "text/html",
            "Text/HTML; charset=utf-8",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            "text/javascript",
            "application/ecmascript",
            "multipart/mixed",
            "message/rfc822",
            "html",
            "",
        ] {
            assert_eq!(served_type(active), UNKNOWN_TYPE, "{active}");
        }
    }
}
