//! How a file is named, how it opens, how long it may be, and that the two engines' migrations are pairs.

use super::{File, assert_none, files};

/// Files longer than this are read by nobody in one go; most stay under 300.
const MAX_LINES: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "manager", "misc", "util", "utils"];

#[test]
fn no_file_is_too_long_to_be_read_in_one_go() {
    let long = files(".rs").into_iter().map(|file| (file.text.lines().count(), file.path));
    assert_none(
        long.filter(|(n_lines, _)| *n_lines > MAX_LINES)
            .map(|(n_lines, path)| format!("{path}: {n_lines} lines")),
    );
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let silent =
        files(".rs").into_iter().filter(|it| !it.text.starts_with("//! ") && !it.path.ends_with("/tests.rs"));
    assert_none(silent.map(|file| file.path));
}

#[test]
fn no_file_or_folder_has_a_name_that_says_nothing() {
    let names_nothing =
        |file: &File| file.path.split(['/', '.', '_']).any(|word| EMPTY_NAMES.contains(&word));
    assert_none(files(".rs").into_iter().filter(names_nothing).map(|file| file.path));
}

#[test]
fn both_engines_have_the_same_migrations() {
    let [sqlite, postgres] = ["sqlite", "postgres"].map(|engine| {
        let folder = format!("migrations/{engine}/");
        let paths = files(".sql").into_iter().map(|file| file.path);
        paths.filter_map(|path| path.strip_prefix(&folder).map(str::to_owned)).collect::<Vec<_>>()
    });
    assert!(!sqlite.is_empty(), "no migrations found");
    assert_eq!(sqlite, postgres);
}

#[test]
fn migrations_are_numbered_without_a_gap() {
    let names = files(".sql")
        .into_iter()
        .filter_map(|it| it.path.strip_prefix("migrations/sqlite/").map(str::to_owned));
    for (index, name) in names.enumerate() {
        assert!(name.starts_with(&format!("{:04}_", index + 1)), "{name} is number {}", index + 1);
    }
}
