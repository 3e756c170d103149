//! What the worst mails cost to read.

use support::{cost::Cost, hostile};

use crate::{line, mib};

pub(super) fn measure() {
    println!("\nhostile mails, time and memory above rest");
    for mail in hostile::mails() {
        let cost = Cost::of(&mail.raw);
        line(mail.name, format!("{:.3} s {}", cost.time.as_secs_f64(), mib(cost.memory)));
    }
}
