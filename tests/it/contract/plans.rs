//! How statements find their rows: by an index, and by more of it than the account.
//!
//! SQLite says so before a row is there and takes the same way whatever the tables hold; PostgreSQL has the same indexes.

use std::collections::BTreeSet;

use liaison_persistence::{
    sql::Sql,
    statements,
    testing::inspect::{plan, schema},
};
use support::{Engine, TestApp, run};

use super::schema::GLOBAL;

/// Statements that may pass over an account's rows, by why.
const WIDE: &[(&str, &str)] = &[
    (
        "comment::insert::INSERT_COMMENTS",
        "looks for answers to what it inserts where it came upon one that answers nothing",
    ),
    ("contact::merge::rows::NOTE_VIRTUAL", "an account has few virtual addresses"),
    ("contact::merge::rows::DROP_VIRTUAL", "an account has few virtual addresses"),
    ("contact::merge::rows::PASS_VIRTUAL", "an account has few virtual addresses"),
    ("contact::merge::rows::GIVE_BACK_VIRTUAL", "an account has few virtual addresses"),
    ("dkim_key::LIST_ALL_DKIM_KEYS", "an account has at most four keys"),
    ("dkim_key::LIST_OF_OTHER_SEALING_KEYS", "the operator's command, and an account has at most four keys"),
    ("dkim_key::LIST_SEALING_KEYS", "asked once at start, and an account has at most four keys"),
    ("employee::LIST_ADMINISTRATORS", "an account has few employees"),
    ("mail_template::LIST_NOTICES", "there are six types of notices"),
    ("incoming_mail::COUNT_BY_STATE", "counts everything, from an index alone"),
    ("task::custom_status::COUNT_STATUSES", "an account has at most a hundred statuses of its own"),
    ("task::custom_status::LIST_STATUSES", "an account has at most a hundred statuses of its own"),
    ("mailbox::LIST_DEFAULT_MAILBOXES", "an account has few mailboxes"),
    ("mailbox::channel::LIST_KEY_IDS", "asked once at start, and there are few mailboxes"),
    ("mailbox::channel::LIST_SECRETS_OF_OTHER_KEYS", "the operator's command, and there are few mailboxes"),
];

/// A look-up costs one row and a page what is on it, however much an account holds.
#[test]
fn no_statement_passes_over_all_rows_of_an_account() {
    run(Engine::Sqlite, async |app: TestApp| {
        let database = &app.parts().database;
        let schema = schema(database).await.unwrap();
        let has_many = |name: &&str| !GLOBAL.contains(name) && schema[*name].primary_key != ["account_id"];
        let tables: BTreeSet<&str> = schema.keys().map(String::as_str).filter(has_many).collect();
        let mut offenses = Vec::new();
        for sql in statements().filter(|sql| !WIDE.iter().any(|(name, _)| sql.name.ends_with(name))) {
            let names = names(&sql, &tables);
            let steps = plan(database, &sql).await.unwrap().unwrap();
            let wide = steps.iter().filter(|it| is_wide(it, &names));
            offenses.extend(wide.map(|step| format!("{}: {step}", sql.name)));
        }
        assert!(offenses.is_empty(), "\n{}\n", offenses.join("\n"));
    });
}

#[test]
fn every_wide_statement_is_a_statement() {
    for (name, _) in WIDE {
        assert!(statements().any(|it| it.name.ends_with(name)), "{name} is not there any more");
    }
}

/// A list of tasks walks an index in the order that it shows, and stops where the page is full.
#[test]
fn a_list_of_tasks_is_read_off_an_index_and_never_sorted() {
    run(Engine::Sqlite, async |app: TestApp| {
        let database = &app.parts().database;
        let mut walks = 0;
        for sql in statements().filter(|sql| sql.name.contains("::task::list::walk::")) {
            walks += 1;
            let steps = plan(database, &sql).await.unwrap().unwrap();
            let first = steps.iter().find(|it| it.contains(" INDEX ")).unwrap();
            assert!(first.contains("account_id=? AND "), "{}: {first}", sql.name);
            assert!(!steps.iter().any(|it| it.contains("TEMP B-TREE")), "{}: {steps:?}", sql.name);
            let scans = steps.iter().filter(|it| it.starts_with("SCAN "));
            let scans: Vec<_> = scans.filter(|it| !it.starts_with("SCAN json_each ")).collect();
            assert!(scans.is_empty(), "{}: {scans:?}", sql.name);
        }
        assert!(walks > 0);
    });
}

/// Whether a step reads a tenant's table from end to end, or all of an account's rows in it.
fn is_wide(step: &str, names: &BTreeSet<&str>) -> bool {
    let mut words = step.split(' ');
    let (verb, name) = (words.next(), words.next());
    let reads_all = verb == Some("SCAN") || (verb == Some("SEARCH") && step.ends_with("(account_id=?)"));
    reads_all && name.is_some_and(|name| names.contains(name))
}

/// The names that the tables go by in a statement.
fn names(sql: &Sql, tables: &BTreeSet<&str>) -> BTreeSet<&'static str> {
    let words: Vec<&'static str> = sql.sqlite.split_whitespace().collect();
    let named = words.windows(2).filter(|it| tables.contains(it[0])).flatten();
    named.map(|it| it.trim_matches(|c: char| !c.is_alphanumeric() && c != '_')).collect()
}
