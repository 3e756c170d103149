//! `/v1/contacts`

mod check;
mod create;
mod delete;
mod duplicates;
mod list;
mod merge;
mod update;
mod write;
