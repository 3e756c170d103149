//! Decides which parts of a mail are its body and which are files.

use std::borrow::Cow;

use bytes::Bytes;

use super::{
    charset::{self, Hints},
    header::without_controls,
    html,
    limits::Limits,
    mail::Attachment,
    mime::{self, Part},
    tnef,
};

/// The body in both forms and the files.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The text parts, lines ended by LF; none where the mail has only HTML.
    pub(super) text: Option<String>,
    /// The HTML parts, decoded and not sanitized.
    pub(super) html: Option<String>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) warnings: Vec<String>,
}

/// Sorts the parts of the mail that was read from `raw`.
pub(super) fn sort(raw: &Bytes, root: &Part<'_>, hints: &Hints, limits: &Limits) -> Content {
    let left = limits.text_bytes;
    let mut sorter = Sorter { raw, hints, limits, left, pieces: Vec::new(), content: Content::default() };
    sorter.add(root, Place::Sequence);
    sorter.finish()
}

/// What a child's neighbors mean for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// One after the other: texts follow one another.
    Sequence,
    /// The content that the other parts of a `multipart/related` belong to.
    Root,
    /// Shown by the root of a `multipart/related`.
    Related,
}

/// A piece of the body in the forms that the mail offers.
struct Piece {
    text: Option<String>,
    html: Option<String>,
}

struct Sorter<'s> {
    raw: &'s Bytes,
    hints: &'s Hints,
    limits: &'s Limits,
    /// Bytes of text that may still be read.
    left: usize,
    pieces: Vec<Piece>,
    content: Content,
}

impl Sorter<'_> {
    fn add(&mut self, part: &Part<'_>, place: Place) {
        if part.is_multipart() {
            match part.media_type.as_str() {
                "multipart/alternative" => self.add_alternatives(part),
                "multipart/related" => self.add_related(part),
                _ => part.children.iter().for_each(|child| self.add(child, Place::Sequence)),
            }
        } else if self.is_body(part, place) {
            let piece = self.read_piece(part);
            self.pieces.push(piece);
        } else {
            self.attach(part, place);
        }
    }

    /// Text without a name and without the wish to be a file. Inside `multipart/related` only the root is body.
    fn is_body(&self, part: &Part<'_>, place: Place) -> bool {
        let is_text = matches!(part.media_type.as_str(), "text/plain" | "text/html")
            || part.media_type.starts_with("multipart/");
        let named = part.file_name().is_some();
        let wants_to_be_file = part.disposition().is_some_and(|it| it != "inline") || named;
        is_text
            && place != Place::Related
            && (!wants_to_be_file
                || (self.pieces.is_empty() && part.disposition().is_none_or(|it| it == "inline") && !named))
    }

    /// The same content several times: one text and one HTML form count, everything else is a file.
    fn add_alternatives(&mut self, part: &Part<'_>) {
        let before = self.pieces.len();
        part.children.iter().for_each(|child| self.add(child, Place::Sequence));
        let forms = self.pieces.split_off(before);
        let mut merged = Piece { text: None, html: None };
        for form in forms {
            match (&mut merged.text, form.text) {
                (Some(before), Some(text)) => {
                    before.push('\n');
                    before.push_str(&text);
                }
                (none, text) => *none = none.take().or(text),
            }
            merged.html = form.html.or(merged.html);
        }
        if merged.text.is_some() || merged.html.is_some() {
            self.pieces.push(merged);
        }
    }

    fn add_related(&mut self, part: &Part<'_>) {
        let start = part.parameter("start").map(|it| it.trim_matches(['<', '>']).to_owned());
        let named = start.and_then(|start| {
            part.children.iter().position(|child| child.content_id().is_some_and(|id| id == start))
        });
        let root = named.unwrap_or(0);
        for (at, child) in part.children.iter().enumerate() {
            self.add(child, if at == root { Place::Root } else { Place::Related });
        }
    }

    /// Reads a text. Of one that is too large the beginning is read and the whole kept as a file.
    fn read_piece(&mut self, part: &Part<'_>) -> Piece {
        let bytes = part.decoded();
        let read = bytes.get(..self.left).unwrap_or(&bytes);
        self.left -= read.len();
        let decoded = charset::decode(read, part.charset(), self.hints);
        if let Some(guessed) = decoded.guessed {
            let labelled = part.charset().unwrap_or("nothing");
            self.content.warnings.push(format!("a text labelled {labelled} was read as {guessed}"));
        }
        let text = with_unix_line_ends(&decoded.text);
        let is_cut = read.len() < bytes.len();
        let is_html = part.media_type == "text/html";
        let is_dear = is_html && !html::is_affordable(&text);
        if is_cut || is_dear {
            let why =
                if is_cut { "is longer than is read; the whole" } else { "is too dear to read as HTML; it" };
            self.content.warnings.push(format!("a text {why} is kept as a file"));
            self.attach(part, Place::Sequence);
        }
        match (is_html, is_dear) {
            (true, true) => Piece { text: Some(html::strip_tags(&text)), html: None },
            (true, false) => Piece { text: None, html: Some(text) },
            (false, _) => Piece { text: Some(text), html: None },
        }
    }

    fn attach(&mut self, part: &Part<'_>, place: Place) {
        if part.media_type == "application/ms-tnef"
            || part.file_name().is_some_and(|it| it.eq_ignore_ascii_case("winmail.dat"))
        {
            let bytes = self.bytes(part);
            let free = self.limits.parts.saturating_sub(self.content.attachments.len());
            match tnef::unpack(&bytes, free) {
                Ok(unpacked) => return self.add_unpacked(unpacked),
                Err(error) => self.content.warnings.push(format!("winmail.dat is kept packed: {error}")),
            }
        }
        let content_id = part.content_id();
        let bytes = self.bytes(part);
        let inline =
            part.disposition().map_or(place == Place::Related || content_id.is_some(), |it| it == "inline");
        self.content.attachments.push(Attachment {
            name: file_name(part, self.content.attachments.len() + 1, self.limits),
            content_type: clean_type(&part.media_type),
            inline,
            inline_noise: false,
            content_id,
            bytes,
        });
    }

    /// The content of a file; no copy where it stands in the mail as it is.
    fn bytes(&self, part: &Part<'_>) -> Bytes {
        match part.decoded() {
            Cow::Borrowed(bytes) => self.raw.slice_ref(bytes),
            Cow::Owned(bytes) => bytes.into(),
        }
    }

    fn add_unpacked(&mut self, unpacked: tnef::Unpacked) {
        self.content.warnings.push(format!("winmail.dat was unpacked into {} files", unpacked.files.len()));
        if self.pieces.is_empty() && (unpacked.text.is_some() || unpacked.html.is_some()) {
            let text = unpacked.text.map(|it| self.cut(with_unix_line_ends(&it)));
            let html = unpacked.html.map(|it| self.cut(with_unix_line_ends(&it)));
            let piece = match html {
                Some(html) if html::is_affordable(&html) => Piece { text, html: Some(html) },
                Some(html) => Piece { text: text.or_else(|| Some(html::strip_tags(&html))), html: None },
                None => Piece { text, html: None },
            };
            self.pieces.push(piece);
        }
        self.content.warnings.extend(unpacked.warnings);
        for mut file in unpacked.files {
            file.name = clean_name(&file.name);
            file.content_type = clean_type(&file.content_type);
            self.content.attachments.push(file);
        }
    }

    /// As much of a packed text as may still be read.
    fn cut(&mut self, mut text: String) -> String {
        if text.len() > self.left {
            text.truncate(text.floor_char_boundary(self.left));
            self.content.warnings.push("the text of winmail.dat is longer than is read".to_owned());
        }
        self.left -= text.len();
        text
    }

    fn finish(mut self) -> Content {
        let html = self.joined_html();
        let has_text =
            self.pieces.iter().any(|piece| piece.text.as_ref().is_some_and(|text| !text.trim().is_empty()));
        if has_text || html.is_none() {
            let texts = self.pieces.iter().filter_map(|piece| match (&piece.text, &piece.html) {
                (Some(text), _) => Some(text.clone()),
                (None, Some(html)) => Some(html::to_text(html).text),
                (None, None) => None,
            });
            let text = texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
            self.content.text = Some(text).filter(|text| !text.is_empty());
        }
        self.content.html = html;
        self.content
    }

    /// The pieces one after the other, as HTML where one of them is; none where they are too dear together.
    fn joined_html(&mut self) -> Option<String> {
        let n_html = self.pieces.iter().filter(|piece| piece.html.is_some()).count();
        if n_html == 0 {
            return None;
        }
        let forms = self.pieces.iter().filter_map(|piece| match (&piece.html, &piece.text) {
            (Some(html), _) => Some(Cow::Borrowed(html.as_str())),
            (None, text) => text.as_deref().map(html::from_text).map(Cow::Owned),
        });
        let joined = forms.collect::<Vec<_>>().join("\n");
        if n_html > 1 && !html::is_affordable(&joined) {
            let warning = "the HTML parts are too dear to read together; only their text is shown";
            self.content.warnings.push(warning.to_owned());
            return None;
        }
        Some(joined)
    }
}

/// Line ends as the rest of Liaison has them; NUL, which no text has, is dropped.
pub(super) fn with_unix_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

fn file_name(part: &Part<'_>, number: usize, limits: &Limits) -> String {
    if let Some(name) = part.file_name() {
        let name = clean_name(name);
        if !name.is_empty() {
            return name;
        }
    }
    if part.media_type == "message/rfc822" {
        let bytes = part.decoded();
        let subject = mime::read_header(&bytes, limits).text("Subject").unwrap_or_default();
        let name = clean_name(&subject.replace(['/', '\\'], " "));
        return format!("{}.eml", if name.is_empty() { "message" } else { name.trim_end_matches('.') });
    }
    let extension = match part.media_type.as_str() {
        "text/calendar" => "ics",
        "message/delivery-status" | "text/rfc822-headers" | "text/plain" => "txt",
        media_type => media_type
            .rsplit('/')
            .next()
            .filter(|subtype| subtype.len() <= 5 && subtype.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .unwrap_or("bin"),
    };
    format!("part-{number}.{extension}")
}

/// What is no type at all says nothing of the file (RFC 2045 §5.2).
fn clean_type(media_type: &str) -> String {
    let is_type = media_type.len() <= 255 && media_type.bytes().all(|byte| byte.is_ascii_graphic());
    if is_type { media_type.to_owned() } else { "application/octet-stream".to_owned() }
}

/// A name that is only a name: no path, no tricks with direction or width, at most 200 characters (S11).
pub(super) fn clean_name(name: &str) -> String {
    let name = without_controls(name);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible = name.chars().filter(|c| !matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{00ad}'));
    visible.take(200).collect::<String>().trim_matches(|c: char| c.is_whitespace() || c == '"').to_owned()
}
