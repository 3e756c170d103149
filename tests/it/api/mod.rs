//! The API from outside, one file an operation: HTTP in; HTTP, mail and ledgers out.

mod contacts;
mod files;
mod mail_outgoing;
