//! Hostile mails cost little to read, each kind of them.

use std::time::Duration;

use support::{
    JsonExt as _,
    cost::Cost,
    hostile::{self, Hostile},
};

/// What reading any mail may cost: time in a build as users have it, memory in any.
const MAX_TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });
const MAX_MEMORY: u64 = 150 * 1024 * 1024;

/// S12, R12: whatever a mail holds, reading it takes little time and little memory, and says why it was not read.
#[track_caller]
fn check(mails: Vec<Hostile>) {
    let mut offenses = Vec::new();
    for mail in mails {
        let cost = Cost::of(&mail.raw);
        let (kind, reasons) = (cost.seen["kind"].text(), &cost.seen["reasons"]);
        let is_right = kind == mail.kind && (mail.reason.is_empty() || reasons[0] == mail.reason);
        if !is_right || cost.time > MAX_TIME || cost.memory > MAX_MEMORY {
            let (name, Cost { time, memory, .. }) = (mail.name, &cost);
            offenses.push(format!("{name}: {time:?}, {} KiB, {kind} {reasons}", memory / 1024));
        }
    }
    assert!(offenses.is_empty(), "\n{}\n", offenses.join("\n"));
}

#[test]
fn a_mail_over_a_limit_costs_little_and_says_which() {
    check(hostile::over_limits());
}

/// R10, S12: and the server that took it in keeps it with the cause, and keeps its own size.
#[test]
fn a_mail_over_a_limit_is_quarantined_at_little_cost() {
    for passed in hostile::pass(hostile::over_limits()) {
        assert_eq!(passed.entry["state"], "quarantined", "{}", passed.name);
        assert_eq!(passed.entry["cause"], "over_limits", "{}", passed.name);
        assert!(passed.time < MAX_TIME && passed.memory < MAX_MEMORY, "{}: {:?}", passed.name, passed.time);
    }
}

/// S12: what one mail took is there for the next one, whichever thread meets it.
#[track_caller]
fn check_size(mails: Vec<Hostile>) {
    for passed in hostile::pass(mails) {
        assert!(passed.memory < MAX_MEMORY, "{}: {} KiB", passed.name, passed.memory / 1024);
    }
}

#[test]
fn the_largest_mails_leave_the_server_its_size() {
    check_size(hostile::large());
}

#[test]
fn mails_that_explode_leave_the_server_its_size() {
    check_size([hostile::html(), hostile::reports()].into_iter().flatten().collect());
}

#[test]
fn a_mail_as_large_as_can_be_costs_little() {
    check(hostile::large());
}

#[test]
fn a_header_that_is_slow_to_take_apart_costs_little() {
    check(hostile::headers());
}

#[test]
fn html_that_explodes_costs_little() {
    check(hostile::html());
}

#[test]
fn a_report_about_everybody_costs_little() {
    check(hostile::reports());
}
