//! What holds for every operation, every statement and every table, whoever adds one.
//!
//! A new operation needs a row in `authorization.txt`, and in [`requests`] a body where it takes one.

mod authorization;
mod bad_input;
mod document;
mod guest;
mod limits;
mod plans;
mod requests;
mod schema;
mod statements;

pub(crate) use self::requests::unsubscribe_path;
