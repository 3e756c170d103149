//! The API from outside, one file an operation: HTTP in; HTTP, mail and ledgers out.

mod comments;
mod contacts;
mod files;
pub(crate) mod tasks;
