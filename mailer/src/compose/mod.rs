//! Writes mail: facts and a template in, RFC 5322 bytes out.
//!
//! Pure: no clock, no randomness, no I/O, no database. Equal facts give equal bytes, so that a second attempt sends
//! the very same message. Start with [`notification`], the one call that the sending job makes; it renders a
//! [`template`] with its [`facts`], puts the frame around it (reply marker, files, signature, history) and hands
//! the result to [`message`], which knows headers and MIME but no words.

pub mod attachment;
pub mod facts;
pub mod header_text;
pub mod message;
pub mod message_id;
pub mod notification;
pub mod password_link;
pub mod plain_text;
pub mod template;
pub mod words;
