//! The server: HTTP, LMTP, workers, commands.

pub mod mail_check;
pub mod view;
