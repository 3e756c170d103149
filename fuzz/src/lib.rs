//! The laws that hold for any input, shared by the fuzz targets. A law that is broken ends the run with the input kept.

pub mod html;
pub mod mail;
