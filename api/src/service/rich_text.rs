//! Texts that callers send: plain or HTML, kept as both.

use liaison_mailer::parse::html;

/// What a caller wrote.
#[derive(Clone, Debug)]
pub enum Written {
    Text(String),
    Html(String),
}

/// The two forms that are kept: HTML that is safe to show, and its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RichText {
    pub html: String,
    pub text: String,
}

impl RichText {
    pub fn from_text(text: &str) -> Self {
        Self { html: html::from_text(text), text: text.to_owned() }
    }

    /// Without the blank lines that mail programs put below a text.
    #[must_use]
    pub fn without_end(mut self) -> Self {
        self.text.truncate(self.text.trim_end().len());
        self
    }
}

impl From<Written> for RichText {
    fn from(written: Written) -> Self {
        match written {
            Written::Text(text) => Self::from_text(&text),
            Written::Html(html) => {
                let html = html::sanitize_own(&html);
                Self { text: html::to_text(&html).text.trim().to_owned(), html }
            }
        }
    }
}
