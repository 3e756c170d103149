//! What is alike for all operations, shown on one of them.

mod idempotency;
mod limits;
mod messages;
mod pages;
mod preconditions;
