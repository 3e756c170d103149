//! What sort of mail it is (R1, R2, R5).

use super::{
    super::MailKind::{self, AutoReply, Bounce, Complaint, Message},
    read,
};

#[track_caller]
fn check(name: &str, kind: MailKind, forbids_automatic_answer: bool) {
    let mail = read(name);
    assert_eq!(
        (mail.kind, mail.automation.forbids_automatic_answer()),
        (kind, forbids_automatic_answer),
        "{name}"
    );
    assert!(!mail.reasons.is_empty(), "{name} says why");
    assert_eq!(mail.bounce.is_some(), kind == Bounce, "{name}");
}

#[test]
fn programs_are_told_from_people() {
    check("automatic/vacation", AutoReply, true);
    check("automatic/out-of-office-without-headers", AutoReply, false);
    check("automatic/russian-absence", AutoReply, false);
    check("automatic/list", AutoReply, true);
    check("automatic/receipt", AutoReply, false);
    // What a Liaison sends for a person is a person's mail; how often it went around is counted elsewhere (R3).
    check("automatic/our-own", Message, false);
    check("complaint/arf", Complaint, false);
    check("bounce/postfix", Bounce, true);
}

/// A forwarding program or a wish for no automatic answers doesn't make a person's mail automatic, and anybody may
/// write about failed deliveries.
#[test]
fn people_are_not_taken_for_programs() {
    check("message/forwarded-by-a-program", Message, true);
    check("message/about-a-failed-delivery", Message, true);
    check("structure/outlook", Message, false);
}
