//! Reads a received message: headers, texts, files, kind; what is new in it and what is quoted.

pub mod body;
pub mod html_text;
pub mod reply_text;
pub mod segment;
