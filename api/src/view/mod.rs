//! Wire types shared by several endpoints and commands.

pub mod file;
pub mod name;
pub mod parsed_mail;
pub mod person;
pub mod warning;
