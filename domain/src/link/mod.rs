//! Account links: what crosses from one account to another, and what becomes of it there.
//!
//! Two accounts share nothing but [`wire`] operations, which are handed over at least once, in any order, and applied
//! once, in the order of their stream. [`policy`] says who may be linked, [`crossing`] what leaves, [`register`] which
//! of two changes wins. Nothing here knows whether the other account lives in the same database.

pub mod crossing;
pub mod policy;
pub mod register;
pub mod state;
pub mod wire;
