//! Every test that needs more than one file of the project, in one binary.
//!
//! `api` asks as a user does, `contract` holds every operation, statement and table to what is promised of all, `process`
//! runs the program itself, `tidy` reads the project itself: the walls between the crates and the manners of the files.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends at what it did not expect, and so do the functions it shares"
)]

mod api;
mod contract;
mod jobs;
mod links;
mod mail;
mod portal;
mod process;
mod rules;
mod storage;
mod tidy;
