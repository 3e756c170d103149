//! How much of a mail is read at most: a mail is hostile until read.

use thiserror::Error;

/// Bounds that hold before anything is allocated by a mail's say-so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole mail, in bytes as received.
    pub raw_bytes: usize,
    /// MIME parts of the whole mail, nested messages' parts included.
    pub parts: usize,
    /// Multiparts and messages inside one another.
    pub depth: usize,
    /// Header fields of one header block.
    pub headers: usize,
    /// One header block, in bytes.
    pub header_bytes: usize,
    /// Addresses read from one mail; more are left out with a warning.
    pub addresses: usize,
    /// HTML that is cleaned and converted; a larger body is kept as a file instead.
    pub html_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            raw_bytes: 25 * 1024 * 1024,
            parts: 500,
            depth: 20,
            headers: 2_000,
            header_bytes: 64 * 1024,
            addresses: 1_000,
            html_bytes: 2 * 1024 * 1024,
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
}
