//! Whole mails from `fixtures/`, one table a concern. The fixtures are written for these tests; `*.eml` is taken as it is,
//! byte for byte.

use std::{fs, path::Path};

use super::{Limits, ParsedMail, parse};

mod charsets;
mod generated;
mod hostile;
mod kinds;
mod reports;
mod structure;

fn raw(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name).with_added_extension("eml");
    fs::read(path).unwrap()
}

fn read(name: &str) -> ParsedMail {
    parse(&raw(name).into(), &Limits::default())
}

/// Every fixture with its name.
fn all() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).filter(|it| it.is_dir());
    let files = folders.flat_map(|it| fs::read_dir(it).unwrap()).map(|it| it.unwrap().path());
    let mut all: Vec<_> = files.map(|it| (it.display().to_string(), fs::read(it).unwrap())).collect();
    all.sort();
    assert!(all.len() > 40);
    all
}
