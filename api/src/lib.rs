//! The server as a library: what the `liaison` program runs and what the tests drive.
//!
//! [`http`] translates requests, [`service`] holds the use cases, [`worker`] runs what outlives a request. Start with
//! [`startup`] to see how the parts are put together.

pub mod account_create;
pub mod app;
pub mod bench_seed;
pub mod config;
pub mod env;
pub mod http;
pub mod ingest;
pub mod keys;
pub mod lifecycle;
pub mod lmtp;
pub mod mail_check;
pub mod secrets_rotate;
pub mod service;
pub mod startup;
pub mod storage;
pub mod table;
pub mod view;
pub mod worker;
