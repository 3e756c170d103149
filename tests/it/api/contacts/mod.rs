//! `/v1/contacts`

mod access;
mod check;
mod create;
mod delete;
mod duplicates;
mod exports;
mod imports;
mod list;
mod merge;
mod update;
mod write;
