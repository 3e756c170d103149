//! What may not stand in the code, and where.

use super::{assert_none, files};

struct Ban {
    words: &'static [&'static str],
    /// Folders, or the whole project by an empty name.
    under: &'static [&'static str],
    instead: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        words: &["actix_", "utoipa", "HttpRequest", "HttpResponse"],
        under: &["api/src/service", "api/src/worker", "api/src/lmtp"],
        instead: "use cases know no transport; HTTP lives in api/src/http",
    },
    Ban {
        words: &["SELECT ", "INSERT INTO ", "DELETE FROM "],
        under: &["api", "domain", "mailer"],
        instead: "a statement in persistence",
    },
    Ban {
        words: &["todo!", "unimplemented!", "dbg!", "TODO:", "TODO ", "FIXME", "XXX"],
        under: &[""],
        instead: "finish it, or write `TODO(#number): …`",
    },
    Ban {
        words: &["[allow(", "![allow("],
        under: &[""],
        instead: "`expect(lint, reason = …)`, which says when it is over",
    },
    Ban {
        words: &["#[ignore", "#[should_panic"],
        under: &[""],
        instead: "a test that runs, and asserts what it got",
    },
    Ban { words: &["sleep("], under: &["tests"], instead: "wait for an event, or move the test's clock" },
    Ban {
        words: &["println!", "eprintln!", "print!(", "eprint!("],
        under: &[
            "domain",
            "persistence",
            "mailer",
            "api/src/http",
            "api/src/service",
            "api/src/worker",
            "api/src/lmtp",
        ],
        instead: "`tracing`; only commands print",
    },
];

/// Stems of British spelling; the project is written in American.
const BRITISH: &str = "authoris behaviour colour favour honour initialis licence neighbour normalis optimisa optimise \
                       organis recognis sanitis serialis synchronis tokenis";

#[test]
fn the_code_names_nothing_that_does_not_belong_there() {
    let mut offenses = Vec::new();
    for file in files(".rs").iter().filter(|file| !file.path.starts_with("tests/it/tidy/")) {
        for ban in BANS.iter().filter(|ban| ban.under.iter().any(|folder| file.path.starts_with(folder))) {
            for (place, line) in file.lines() {
                let found = ban.words.iter().filter(|word| line.contains(**word));
                offenses.extend(found.map(|word| format!("{place}: {word} ({})", ban.instead)));
            }
        }
    }
    assert_none(offenses);
}

#[test]
fn words_are_spelled_the_american_way() {
    let mut offenses = Vec::new();
    for file in [".rs", ".md", ".sql", ".toml"].iter().flat_map(|ending| files(ending)) {
        for (place, line) in file.lines().filter(|_| !file.path.starts_with("tests/it/tidy/")) {
            let line = line.to_lowercase();
            let found = BRITISH.split_whitespace().filter(|stem| line.contains(stem));
            offenses.extend(found.map(|stem| format!("{place}: {stem}…")));
        }
    }
    assert_none(offenses);
}
