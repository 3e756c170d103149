//! Hostile mails cost little, read by the program and taken in by the server.

use std::time::Duration;

use support::{JsonExt as _, cost::Cost, hostile};

/// What reading any mail may cost: time in a build for users, memory in any.
const MAX_TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });
const MAX_MEMORY: u64 = 150 * 1024 * 1024;

/// S12, R12: whatever a mail holds, reading it takes little time and little memory, and says why it was not read.
#[test]
fn no_mail_costs_more_than_its_share() {
    let mut offenses = Vec::new();
    for mail in hostile::mails() {
        let cost = Cost::of(&mail.raw);
        let (kind, reasons) = (cost.seen["kind"].text(), &cost.seen["reasons"]);
        let is_right = kind == mail.kind && (mail.reason.is_empty() || reasons[0] == mail.reason);
        let line = format!("{}: {:?}, {} KiB, {kind} {reasons}", mail.name, cost.time, cost.memory / 1024);
        if !is_right || cost.time > MAX_TIME || cost.memory > MAX_MEMORY {
            offenses.push(line);
        }
    }
    assert!(offenses.is_empty(), "\n{}\n", offenses.join("\n"));
}
