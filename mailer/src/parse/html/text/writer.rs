//! Writes text line by line: collapses white space, puts the quote prefix, holds line ends back until text follows.

/// A text in the making.
///
/// Line ends and spaces wait until something visible follows, so the text neither begins nor ends with any, and a
/// blank line between a quote and what surrounds it belongs to neither.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    line_ends: usize,
    gap: Option<char>,
    line_has_text: bool,
    /// A blank that holds its line open, as in `<div>&nbsp;</div>`.
    line_is_held: bool,
    /// Levels of quoting of the text to come, and of the last line written.
    depth: usize,
    depth_before: usize,
}

/// Deeper quotes are written at this level: else a thousand levels would multiply the text.
const MAX_DEPTH: usize = 12;
/// More blank lines in a row tell nothing.
const MAX_LINE_ENDS: usize = 3;

impl Writer {
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The end of the text so far, for a look back: at most the given number of bytes.
    pub(super) fn tail(&self, bytes: usize) -> &str {
        let start = self.text.len().saturating_sub(bytes);
        let start = (start..=self.text.len()).find(|&at| self.text.is_char_boundary(at));
        start.and_then(|at| self.text.get(at..)).unwrap_or_default()
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// Flowing text: any run of white space is one space.
    pub(super) fn flow(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                ' ' | '\t' | '\n' | '\r' | '\u{c}' => self.space(' '),
                '\u{a0}' if self.line_has_text => self.put(' '),
                '\u{a0}' => self.line_is_held = true,
                '\u{ad}' | '\0' => {}
                c => self.put(c),
            }
        }
    }

    /// Text whose white space counts (`pre`).
    pub(super) fn preformatted(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\r' | '\0' => {}
                '\n' => self.break_line(),
                c => self.put(c),
            }
        }
    }

    /// A gap that vanishes at the borders of a line; a tab wins over a space.
    pub(super) fn space(&mut self, gap: char) {
        if self.line_has_text && self.gap != Some('\t') {
            self.gap = Some(gap);
        }
    }

    /// Ends the line, also an empty one.
    pub(super) fn break_line(&mut self) {
        self.line_ends = (self.line_ends + 1).min(MAX_LINE_ENDS);
        self.line_has_text = false;
        self.line_is_held = false;
        self.gap = None;
    }

    /// Goes on at the start of a line.
    pub(super) fn start_block(&mut self) {
        if self.line_has_text || self.line_is_held {
            self.break_line();
        }
    }

    /// Goes on after a blank line.
    pub(super) fn start_paragraph(&mut self) {
        self.start_block();
        self.line_ends = self.line_ends.max(2);
    }

    pub(super) fn set_depth(&mut self, depth: usize) {
        self.depth = depth.min(MAX_DEPTH);
    }

    fn put(&mut self, c: char) {
        if !self.line_has_text {
            self.flush_line_ends();
            self.write_prefix(self.depth);
            self.depth_before = self.depth;
            self.line_has_text = true;
        }
        if let Some(gap) = self.gap.take() {
            self.text.push(gap);
        }
        self.text.push(c);
    }

    fn flush_line_ends(&mut self) {
        let ends = std::mem::take(&mut self.line_ends);
        if self.text.is_empty() {
            return;
        }
        for end in 0..ends {
            if end > 0 {
                self.write_prefix(self.depth.min(self.depth_before));
                let kept = self.text.trim_end_matches(' ').len();
                self.text.truncate(kept);
            }
            self.text.push('\n');
        }
    }

    fn write_prefix(&mut self, depth: usize) {
        self.text.extend(std::iter::repeat_n("> ", depth));
    }
}
