//! What no compiler sees: the walls between the rooms and the manners of the files, held by reading them.
//!
//! Rules stand as tables at the top of each module; a new rule is a new row. A test that fails names every place.

mod dependencies;
mod files;
mod pages;
mod words;

use std::{fs, path::Path};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A text file of the project.
struct File {
    /// From the root, with `/` between its parts: `domain/src/lib.rs`.
    path: String,
    text: String,
}

impl File {
    fn read(path: &str) -> Self {
        Self { path: path.to_owned(), text: fs::read_to_string(Path::new(ROOT).join(path)).unwrap() }
    }

    /// Each line with its number, as `path:number`.
    fn lines(&self) -> impl Iterator<Item = (String, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (format!("{}:{}", self.path, index + 1), line))
    }
}

/// All files whose names end so, sorted by path; nothing that was built or that is hidden.
fn files(ending: &str) -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(ROOT).join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            if name.starts_with('.') || path == "target" || path == "var" {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found.iter().map(|path| File::read(path)).collect()
}

/// Fails with one line an offense.
#[track_caller]
fn assert_none(offenses: impl IntoIterator<Item = String>) {
    let offenses: Vec<_> = offenses.into_iter().collect();
    assert!(offenses.is_empty(), "\n{}\n", offenses.join("\n"));
}
