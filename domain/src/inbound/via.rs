//! The ways in.

use crate::named::named;

named! {
    /// By which way a mail came in.
    pub enum Via {
        /// From the mail server.
        Lmtp = "lmtp",
        /// By a signed request.
        Http = "http",
        /// Fetched from an external mailbox.
        Imap = "imap",
        /// By the command `liaison ingest`.
        Ingest = "ingest",
    }
}
