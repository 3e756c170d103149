//! Takes a message apart into its MIME parts (RFC 2046), under [`Limits`].
//!
//! The walk is our own since the parser library has no bounds: it makes one pass over the lines, keeps a stack of open
//! multiparts and allocates nothing by a mail's say-so. Contents stay encoded until somebody asks for them.

use std::borrow::Cow;

use super::{
    header::Headers,
    limits::{LimitExceeded, Limits},
    parameter::Parameterized,
    transfer::TransferEncoding,
};

/// A node of the tree; the root is the message itself.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) headers: Headers<'a>,
    /// `type/subtype` in lower case; the default of its place where the part names none.
    pub(super) media_type: String,
    content_type: Option<Parameterized>,
    disposition: Option<Parameterized>,
    /// The content as it stands in the mail, without the line end before the next boundary.
    pub(super) raw: &'a [u8],
    pub(super) children: Vec<Part<'a>>,
}

impl<'a> Part<'a> {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.content_type.as_ref()?.parameter(name)
    }

    pub(super) fn charset(&self) -> Option<&str> {
        self.parameter("charset")
    }

    /// `attachment`, `inline` or what else the part says, in lower case.
    pub(super) fn disposition(&self) -> Option<String> {
        self.disposition.as_ref().map(|it| it.value.clone())
    }

    /// The file name as written, of either header (S13).
    pub(super) fn file_name(&self) -> Option<&str> {
        self.disposition
            .as_ref()
            .and_then(|it| it.parameter("filename"))
            .or_else(|| self.parameter("name"))
            .or_else(|| self.parameter("filename"))
            .filter(|name| !name.trim().is_empty())
    }

    pub(super) fn content_id(&self) -> Option<String> {
        self.headers.ids("Content-ID").into_iter().next()
    }

    pub(super) fn is_multipart(&self) -> bool {
        self.media_type.starts_with("multipart/") && !self.children.is_empty()
    }

    /// The content without its transfer encoding.
    pub(super) fn decoded(&self) -> Cow<'a, [u8]> {
        let encoding = self.headers.text("Content-Transfer-Encoding");
        TransferEncoding::from_header(&encoding.unwrap_or_default()).decode(self.raw)
    }

    /// This part and everything in it, in document order.
    pub(super) fn walk(&self) -> Vec<&Part<'a>> {
        let mut parts = vec![self];
        let mut at = 0;
        while let Some(part) = parts.get(at).copied() {
            at += 1;
            parts.splice(at..at, part.children.iter());
        }
        parts
    }
}

/// The tree of a message and what had to be repaired to see it.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) root: Part<'a>,
    pub(super) warnings: Vec<String>,
}

/// Takes `message` apart. A message within a message stays one part: it is a file, not content.
pub(super) fn read<'a>(message: &'a [u8], limits: &Limits) -> Result<Tree<'a>, LimitExceeded> {
    if message.len() > limits.raw_bytes {
        return Err(LimitExceeded::RawBytes(limits.raw_bytes));
    }
    let mut walk =
        Walk { message, limits, open: Vec::new(), parts: 0, header_bytes: 0, warnings: Vec::new() };
    let mut at = walk.begin_part(start_of_header(message))?;
    while walk.has_boundary()
        && let Some(line) = next_line(message, at)
    {
        at = match walk.find_boundary(line) {
            Some((level, is_last)) => {
                walk.close_above(level, at);
                if is_last {
                    walk.end_multipart(level);
                    at + line.len()
                } else {
                    walk.begin_part(at + line.len())?
                }
            }
            None => at + line.len(),
        };
    }
    walk.finish()
}

/// Parts that are being read, outermost first.
struct Walk<'a, 'l> {
    message: &'a [u8],
    limits: &'l Limits,
    open: Vec<Open<'a>>,
    parts: usize,
    /// In all header blocks so far.
    header_bytes: usize,
    warnings: Vec<String>,
}

struct Open<'a> {
    part: Part<'a>,
    content_at: usize,
    /// Set while the part is a multipart whose last boundary hasn't come.
    boundary: Option<Vec<u8>>,
}

impl<'a> Walk<'a, '_> {
    /// Reads the header block at `at` and opens its part. Returns where the content starts.
    fn begin_part(&mut self, at: usize) -> Result<usize, LimitExceeded> {
        self.parts += 1;
        if self.parts > self.limits.parts {
            return Err(LimitExceeded::Parts(self.limits.parts));
        }
        if self.open.len() > self.limits.depth {
            return Err(LimitExceeded::Depth(self.limits.depth));
        }
        let (header_end, content_at) = self.find_header_end(at)?;
        self.header_bytes += header_end - at;
        if self.header_bytes > self.limits.all_header_bytes {
            return Err(LimitExceeded::AllHeaderBytes(self.limits.all_header_bytes));
        }
        let headers = Headers::read(self.message.get(at..header_end).unwrap_or_default());
        let in_digest = self.open.last().is_some_and(|open| open.part.media_type == "multipart/digest");
        let content_type = headers.parameterized("Content-Type");
        let media_type = match &content_type {
            Some(it) if it.value == "text" => "text/plain".to_owned(),
            Some(it) => it.value.clone(),
            None if in_digest => "message/rfc822".to_owned(),
            None => "text/plain".to_owned(),
        };
        let boundary = if media_type.starts_with("multipart/") {
            let named = content_type.as_ref().and_then(|it| it.parameter("boundary"));
            let named = named.map(|it| it.trim_end().as_bytes().to_vec()).filter(|it| !it.is_empty());
            named.or_else(|| self.guess_boundary(content_at))
        } else {
            None
        };
        let disposition = headers.parameterized("Content-Disposition");
        let part = Part { headers, media_type, content_type, disposition, raw: &[], children: Vec::new() };
        self.open.push(Open { part, content_at, boundary });
        Ok(content_at)
    }

    /// Where the header block at `start` ends and where the content begins.
    fn find_header_end(&self, start: usize) -> Result<(usize, usize), LimitExceeded> {
        let (mut at, mut fields) = (start, 0);
        let mut own_boundary = OwnBoundary::default();
        while let Some(line) = next_line(self.message, at) {
            if is_empty(line) && !self.is_folded_after(at + line.len(), line) {
                return Ok((at, at + line.len()));
            }
            let is_field = Headers::is_field(line);
            // A block that starts with something else has no header; a boundary ends it without an empty line.
            let mut is_own = || own_boundary.is(line, || self.message.get(start..at).unwrap_or_default());
            if (at == start && !is_field) || self.find_boundary(line).is_some() || is_own() {
                return Ok((at, at));
            }
            fields += usize::from(is_field);
            at += line.len();
            if fields > self.limits.headers {
                return Err(LimitExceeded::Headers(self.limits.headers));
            }
            if at - start > self.limits.header_bytes {
                return Err(LimitExceeded::HeaderBytes(self.limits.header_bytes));
            }
        }
        Ok((at, at))
    }

    /// A line of blanks inside a folded value is no end of the header: another folded line follows.
    fn is_folded_after(&self, next: usize, line: &[u8]) -> bool {
        let is_blank = matches!(line.first(), Some(b' ' | b'\t'));
        let follows = next_line(self.message, next)
            .is_some_and(|it| matches!(it.first(), Some(b' ' | b'\t')) && !is_empty(it));
        is_blank && follows
    }

    /// Without one there is nothing to look for.
    fn has_boundary(&self) -> bool {
        self.open.iter().any(|open| open.boundary.is_some())
    }

    /// The innermost open multipart that `line` belongs to, and whether it is its last boundary.
    fn find_boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let line = line.strip_prefix(b"--")?.trim_ascii_end();
        self.open.iter().enumerate().rev().find_map(|(level, open)| {
            let rest = line.strip_prefix(open.boundary.as_deref()?)?;
            (rest.is_empty() || rest.starts_with(b"--")).then_some((level, !rest.is_empty()))
        })
    }

    /// A multipart that names no boundary most often still has one.
    fn guess_boundary(&mut self, content_at: usize) -> Option<Vec<u8>> {
        let line = next_line(self.message, content_at)?;
        let guessed = line.strip_prefix(b"--")?.trim_ascii_end();
        if guessed.is_empty() {
            return None;
        }
        self.warnings.push("a multipart named no boundary; the first line was taken".to_owned());
        Some(guessed.to_vec())
    }

    /// Closes what is open inside the multipart at `level`; its content ends before the line at `end`.
    fn close_above(&mut self, level: usize, end: usize) {
        while self.open.len() > level + 1 {
            self.close_last(end);
        }
    }

    fn close_last(&mut self, end: usize) {
        let Some(Open { mut part, content_at, boundary }) = self.open.pop() else { return };
        let content = self.message.get(content_at..end).unwrap_or_default();
        let content = if self.open.is_empty() {
            content
        } else {
            let content = content.strip_suffix(b"\n").unwrap_or(content);
            content.strip_suffix(b"\r").unwrap_or(content)
        };
        if boundary.is_some() {
            self.warnings.push("a multipart ends without its last boundary".to_owned());
        }
        part.raw = content;
        match self.open.last_mut() {
            Some(parent) => parent.part.children.push(part),
            None => self.open.push(Open { part, content_at, boundary: None }),
        }
    }

    /// What follows a last boundary is no part of the multipart.
    fn end_multipart(&mut self, level: usize) {
        if let Some(open) = self.open.get_mut(level) {
            open.boundary = None;
        }
    }

    fn finish(mut self) -> Result<Tree<'a>, LimitExceeded> {
        self.close_above(0, self.message.len());
        self.close_last(self.message.len());
        match self.open.pop() {
            Some(open) => Ok(Tree { root: open.part, warnings: self.warnings }),
            None => Err(LimitExceeded::Parts(self.limits.parts)),
        }
    }
}

/// The boundary that a header block itself names. Looked for when a line may be it, and not again until there is twice
/// as much to look through, or a block full of dashes would take time by the square.
#[derive(Default)]
struct OwnBoundary {
    found: Option<Vec<u8>>,
    looked_through: usize,
}

impl OwnBoundary {
    /// Whether `line` is the boundary that the block before it names.
    fn is<'b>(&mut self, line: &[u8], block: impl Fn() -> &'b [u8]) -> bool {
        let Some(line) = line.strip_prefix(b"--").map(<[u8]>::trim_ascii_end).filter(|it| !it.is_empty())
        else {
            return false;
        };
        let block = block();
        if self.found.is_none() && block.len() >= 2 * self.looked_through {
            self.looked_through = block.len();
            let content_type = Headers::read(block).parameterized("Content-Type");
            self.found =
                content_type.and_then(|it| it.parameter("boundary").map(|it| it.as_bytes().to_vec()));
        }
        self.found.as_deref() == Some(line)
    }
}

/// The header fields of a message that is a part of another one; those within the limit for one block.
pub(super) fn read_header<'a>(message: &'a [u8], limits: &Limits) -> Headers<'a> {
    split_message(message.get(..limits.header_bytes).unwrap_or(message)).0
}

/// Splits a message that is a part of another one: its header fields and its content.
pub(super) fn split_message(message: &[u8]) -> (Headers<'_>, &[u8]) {
    let start = start_of_header(message);
    let mut at = start;
    while let Some(line) = next_line(message, at) {
        if line.trim_ascii().is_empty() {
            let headers = Headers::read(message.get(start..at).unwrap_or_default());
            return (headers, message.get(at + line.len()..).unwrap_or_default());
        }
        at += line.len();
    }
    (Headers::read(message.get(start..).unwrap_or_default()), &[])
}

/// Skips empty lines and the `From ` line of mailbox files.
fn start_of_header(message: &[u8]) -> usize {
    let mut at = 0;
    while let Some(line) = next_line(message, at) {
        let is_envelope = line.starts_with(b"From ") || line.starts_with(b">From ");
        if !is_envelope && !line.trim_ascii().is_empty() {
            break;
        }
        at += line.len();
    }
    at
}

fn is_empty(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

fn next_line(message: &[u8], at: usize) -> Option<&[u8]> {
    let rest = message.get(at..).filter(|rest| !rest.is_empty())?;
    let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
    rest.get(..end)
}
