//! A mixed load, and a server that is killed in the middle of it.

use support::{Engine, load, process::Site};

/// Enough of each kind for the three kills to fall among them; `make bench` delivers five thousand.
const MAILS: usize = 200;

#[test]
fn every_mail_of_a_mixed_load_ends_where_it_belongs_on_sqlite() {
    load::run(&Site::new(Engine::Sqlite), MAILS);
}

#[test]
fn every_mail_of_a_mixed_load_ends_where_it_belongs_on_postgres() {
    load::run(&Site::new(Engine::Postgres), MAILS);
}
