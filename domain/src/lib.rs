//! What Liaison decides: who is addressed, who may see, where a mail belongs, what leaves.
//!
//! Pure values and functions. This crate never does I/O and knows no clock, randomness, database,
//! HTTP or mail library: facts come in as arguments, decisions go out as values, and `service` in
//! the `api` crate loads the one and writes the other. Start with [`mail_address`] for the words of
//! the field and with the module of the decision you look for.

pub mod language;
pub mod mail_address;
