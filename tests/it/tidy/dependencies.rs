//! Who may depend on what: the manifests and the tree that cargo makes of them.

use std::process::Command;

use super::{File, ROOT, assert_none};

/// The crates that own a dependency; no other may name it. `liaison-tests` looks at the project from outside.
const OWNERS: &[(&[&str], &[&str])] = &[
    (&["sqlx"], &["liaison-persistence"]),
    (&["async-imap", "imap-proto", "lettre", "mail-auth", "smtp-proto"], &["liaison-mailer"]),
    (&["mail-parser"], &["liaison-mailer", "liaison-tests"]),
    (&["actix-web"], &["liaison-api", "liaison-tests"]),
    (&["actix-cors", "actix-multipart", "tracing-actix-web"], &["liaison-api"]),
    (&["utoipa", "utoipa-actix-web", "utoipa-swagger-ui"], &["liaison-api"]),
    (&["liaison-persistence", "liaison-mailer"], &["liaison-api", "liaison-tests"]),
    (&["liaison-api"], &["liaison-tests"]),
];

/// What does I/O, or lets it be asked for; nothing of it may be under `domain`, however deep.
const IMPURE: &[&str] =
    &["actix-web", "lettre", "mail-auth", "mio", "object_store", "reqwest", "sqlx", "tokio"];

const MEMBERS: &[&str] = &["domain", "persistence", "mailer", "api", "tests"];

#[test]
fn a_dependency_is_named_only_by_the_crates_that_own_it() {
    let mut offenses = Vec::new();
    for member in MEMBERS {
        let manifest = File::read(&format!("{member}/Cargo.toml"));
        for dependency in dependencies(&manifest) {
            let owners =
                OWNERS.iter().find(|(names, _)| names.contains(&dependency.name)).map(|(_, owners)| *owners);
            if owners.is_some_and(|owners| !owners.contains(&format!("liaison-{member}").as_str())) {
                offenses.push(format!("{}: {}", dependency.place, dependency.name));
            }
        }
    }
    assert_none(offenses);
}

#[test]
fn the_domain_is_built_without_anything_that_does_io() {
    let tree = cargo(&["tree", "--package", "liaison-domain", "--edges", "normal", "--prefix", "none"]);
    let names = tree.lines().filter_map(|line| line.split_once(' ')).map(|(name, _)| name);
    assert_none(
        names.filter(|name| IMPURE.contains(name)).map(|name| format!("domain is built with {name}")),
    );
}

#[test]
fn every_dependency_stands_under_a_comment_that_says_what_it_is_for() {
    let manifest = File::read("Cargo.toml");
    let strangers =
        dependencies(&manifest).into_iter().filter(|it| !it.is_explained && !it.line.contains("path ="));
    assert_none(strangers.map(|it| format!("{}: {}", it.place, it.name)));
}

#[test]
fn every_member_takes_its_versions_and_lints_from_the_workspace() {
    let mut offenses = Vec::new();
    for member in MEMBERS {
        let manifest = File::read(&format!("{member}/Cargo.toml"));
        let own = dependencies(&manifest).into_iter().filter(|it| !it.line.contains("workspace = true"));
        offenses.extend(own.map(|it| format!("{}: {}", it.place, it.name)));
        if !manifest.text.contains("\n[lints]\nworkspace = true\n") {
            offenses.push(format!("{} has lints of its own", manifest.path));
        }
    }
    assert_none(offenses);
}

/// A line of a manifest such as `serde.workspace = true`.
struct Dependency<'a> {
    place: String,
    name: &'a str,
    line: &'a str,
    /// Whether a comment stands above it, in the same block of lines.
    is_explained: bool,
}

fn dependencies(manifest: &File) -> Vec<Dependency<'_>> {
    let (mut is_inside, mut is_explained) = (false, false);
    let mut found = Vec::new();
    for (place, line) in manifest.lines() {
        match line.chars().next() {
            None => is_explained = false,
            Some('#') => is_explained = true,
            Some('[') => is_inside = line.ends_with("dependencies]"),
            Some(_) if is_inside => {
                let name = line.split([' ', '.']).next().unwrap();
                found.push(Dependency { place, name, line, is_explained });
            }
            Some(_) => {}
        }
    }
    found
}

/// What cargo prints, asked without the network and without changing anything.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(ROOT)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
