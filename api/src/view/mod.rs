//! Wire types shared by several endpoints and commands.

pub mod parsed_mail;
