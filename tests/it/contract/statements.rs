//! Every statement of `persistence`, held against both engines and against the walls between accounts.

use std::collections::BTreeSet;

use liaison_persistence::{
    sql::Sql,
    statements,
    testing::inspect::{prepare, schema},
};
use support::{TestApp, run, run_beside};

use super::schema::GLOBAL;

/// Statements that are about all accounts at once, by what they are for.
const ACROSS_ACCOUNTS: &[(&str, &str)] = &[
    ("idempotency::DELETE_EXPIRED", "forgets what is past its time"),
    ("job::LIST_DUE_LANES", "finds the accounts that have work"),
    ("job::RELEASE_LEASES", "takes back what this node had when it was stopped"),
    ("retention::COUNT_HOLDERS", "keeps content that another account has"),
    ("outgoing_mail::automatic::COUNT_ANSWERED", "keeps the server from writing to all the world"),
    ("job::COUNT_JOBS", "counts the work that waits, for operators"),
    ("dkim_key::LIST_OF_OTHER_SEALING_KEYS", "finds what is to be sealed with the new key"),
    ("dkim_key::LIST_SEALING_KEYS", "tells at start whether every secret has its key"),
    ("mailbox::channel::LIST_KEY_IDS", "tells at start whether every secret has its key"),
    ("mailbox::channel::LIST_SECRETS_OF_OTHER_KEYS", "finds what is to be sealed with the new key"),
];

#[test]
fn every_statement_prepares_on_both_engines() {
    run_beside(async |sqlite: TestApp, postgres: TestApp| {
        let mut offenses = Vec::new();
        for sql in statements() {
            let on_sqlite = prepare(&sqlite.parts().database, &sql).await;
            let on_postgres = prepare(&postgres.parts().database, &sql).await;
            match (on_sqlite, on_postgres) {
                (Ok(a), Ok(b)) if a == b && a.parameters == sql.binds => {}
                (a, b) => offenses.push(format!("{}\n  SQLite {a:?}\n  PostgreSQL {b:?}", sql.name)),
            }
        }
        assert!(offenses.is_empty(), "\n{}\n", offenses.join("\n"));
    });
}

#[test]
fn no_two_statements_have_the_same_name() {
    let mut names = BTreeSet::new();
    for sql in statements() {
        assert!(names.insert(sql.name), "{} stands there twice", sql.name);
    }
}

/// Invariant 7: whoever forgets whose row it is reads another account's.
#[test]
fn every_statement_on_a_tenants_table_names_the_account_first() {
    run(support::Engine::Sqlite, async |app: TestApp| {
        let schema = schema(&app.parts().database).await.unwrap();
        let tenants: BTreeSet<&str> =
            schema.keys().map(String::as_str).filter(|table| !GLOBAL.contains(table)).collect();
        let mut offenses = Vec::new();
        for sql in statements().filter(|it| !is_across_accounts(it)) {
            for text in [sql.sqlite, sql.postgres] {
                if let Some(offense) = offense(text, &tenants) {
                    offenses.push(format!("{}: {offense}", sql.name));
                }
            }
        }
        assert!(offenses.is_empty(), "\n{}\n", offenses.join("\n"));
    });
}

#[test]
fn every_exception_is_a_statement() {
    for (name, _) in ACROSS_ACCOUNTS {
        assert!(statements().any(|it| it.name.ends_with(name)), "{name} is not there any more");
    }
}

fn is_across_accounts(sql: &Sql) -> bool {
    ACROSS_ACCOUNTS.iter().any(|(name, _)| sql.name.ends_with(name))
}

/// Why a statement could reach another account's rows.
fn offense(text: &str, tenants: &BTreeSet<&str>) -> Option<String> {
    let is_tenant = |clause: &str| {
        let table = clause.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next();
        table.is_some_and(|table| tenants.contains(table))
    };
    if let Some((_, rest)) = text.split_once("INSERT INTO ") {
        let names_account = rest.contains(" (account_id, ") || rest.contains(" (account_id) ");
        let gives_it = ["VALUES ($1,", "VALUES ($1)", "SELECT $1,"].iter().any(|it| rest.contains(it));
        if is_tenant(rest) && !(names_account && gives_it) {
            return Some("inserts without `account_id` as $1".to_owned());
        }
    }
    let sources = ["FROM ", "UPDATE ", "DELETE FROM "].iter().flat_map(|verb| text.split(verb).skip(1));
    if sources.into_iter().any(is_tenant) && !text.contains("account_id = $1") {
        return Some("lacks `account_id = $1`".to_owned());
    }
    for joined in text.split("JOIN ").skip(1).filter(|it| is_tenant(it)) {
        let condition = joined.split("WHERE").next().unwrap_or_default();
        if !condition.contains(".account_id = ") {
            return Some(format!("joins without the account: {condition}"));
        }
    }
    None
}
