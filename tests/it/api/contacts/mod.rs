//! `/v1/contacts`

mod create;
mod delete;
mod list;
mod update;
mod write;
