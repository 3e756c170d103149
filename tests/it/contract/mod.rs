//! What holds for every operation, every statement and every table, whoever adds one.
//!
//! A new operation needs a row in `authorization.txt`, and in [`requests`] a body where it takes one; one that shows words of a
//! conversation needs rows in `visibility.txt`.

mod authorization;
mod bad_input;
mod contacts;
mod document;
mod guest;
mod limits;
mod plans;
mod requests;
mod schema;
mod statements;
mod visibility;

pub(crate) use self::requests::unsubscribe_path;
