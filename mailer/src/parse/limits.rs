//! How much of a mail is read at most: a mail is hostile until read.

use liaison_domain::inbound::verdict::MAX_MAIL_BYTES;
use thiserror::Error;

/// Bounds that hold before anything is allocated by a mail's say-so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole mail, in bytes as received.
    pub raw_bytes: usize,
    /// MIME parts of the whole mail; a message within it is one part.
    pub parts: usize,
    /// Multiparts inside one another.
    pub depth: usize,
    /// Header fields of one header block.
    pub headers: usize,
    /// One header block, in bytes.
    pub header_bytes: usize,
    /// All header blocks of the mail together, in bytes.
    pub all_header_bytes: usize,
    /// Addresses read from one mail; more are left out with a warning.
    pub addresses: usize,
    /// Text and HTML that is read of the whole mail, in bytes; a part beyond is kept as a file, and its beginning is read.
    pub text_bytes: usize,
    /// Recipients read from one delivery report.
    pub reported_recipients: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            raw_bytes: MAX_MAIL_BYTES,
            parts: 500,
            depth: 20,
            headers: 2_000,
            header_bytes: 64 * 1024,
            all_header_bytes: 512 * 1024,
            addresses: 1_000,
            text_bytes: 2 * 1024 * 1024,
            reported_recipients: 500,
        }
    }
}

/// The bound that a mail breaks; such a mail isn't read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LimitExceeded {
    #[error("the mail is larger than {0} bytes")]
    RawBytes(usize),
    #[error("the mail has more than {0} parts")]
    Parts(usize),
    #[error("the mail nests its parts more than {0} deep")]
    Depth(usize),
    #[error("a header block of the mail has more than {0} fields")]
    Headers(usize),
    #[error("a header block of the mail is larger than {0} bytes")]
    HeaderBytes(usize),
    #[error("the header blocks of the mail together are larger than {0} bytes")]
    AllHeaderBytes(usize),
}
