//! Everything about mail as bytes: reading what came, writing and sending what goes.
//!
//! The only crate that names lettre, mail-parser and mail-auth. It knows no database, no HTTP and no task: it turns
//! bytes into facts ([`parse`]), facts into messages ([`compose`]), and hands messages to a [`transport`].

pub mod compose;
pub mod parse;
pub mod transport;
