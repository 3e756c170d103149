//! Everything about mail as bytes: reading what came, writing and sending what goes.
//!
//! The only crate that names lettre, async-imap, mail-parser and mail-auth. It knows no database, no HTTP and no task: it
//! turns bytes into facts ([`lmtp`], [`parse`], [`authenticate`]), facts into messages ([`compose`], [`sign`]), hands
//! messages to a [`transport`], and takes them out of an [`inbox`].

pub mod authenticate;
pub mod buffer;
pub mod compose;
pub mod inbox;
pub mod lmtp;
pub mod parse;
pub mod sign;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transport;
