//! Languages that mails and pages are written in.

use crate::named::named;

named! {
    /// A language with built-in texts, named by its ISO 639-1 code. Everything falls back to English.
    #[derive(Default)]
    pub enum Language {
        #[default]
        English = "en",
        Russian = "ru",
    }
}
