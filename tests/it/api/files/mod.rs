//! `/v1/files`

mod create;
mod follow_link;
mod show;
mod show_content;

use std::{fs, path::Path};

/// How many files lie below a folder.
fn count_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    entries.map(|it| if it.is_dir() { count_files(&it) } else { 1 }).sum()
}
