//! What the worst mails cost to read.

use support::{JsonExt as _, cost::Cost, hostile};

use crate::{line, mib};

pub(super) fn measure() {
    println!("\nhostile mails, time and memory above rest");
    for mail in hostile::mails() {
        let cost = Cost::of(&mail.raw);
        line(mail.name, format!("{:.3} s {}", cost.time.as_secs_f64(), mib(cost.memory)));
    }
    println!("\nthe same by LMTP: to the end of the work on each, and the most memory above rest until then");
    for passed in hostile::pass(hostile::mails()) {
        let verdict = passed.entry["cause"].as_str().unwrap_or_else(|| passed.entry["state"].text());
        let cost = format!("{:.3} s {}", passed.time.as_secs_f64(), mib(passed.memory));
        line(passed.name, format!("{verdict} {cost}"));
    }
}
