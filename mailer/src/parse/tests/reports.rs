//! R4, R5: delivery reports of many servers give the right recipient, status and class.

use super::{
    super::{
        BounceClass::{self, Delayed, Delivered, Hard, Soft},
        BouncedRecipient,
    },
    read,
};

#[track_caller]
fn check(name: &str, status: Option<&str>, class: BounceClass) {
    let recipients = read(&format!("bounce/{name}")).bounce.unwrap().recipients;
    let found: Vec<_> =
        recipients.iter().map(|it| (it.address.as_str(), it.status.as_deref(), it.class)).collect();
    assert_eq!(found, [("nobody@client.example", status, class)], "{name}");
}

#[test]
fn reports_in_the_standard_form_are_read() {
    check("postfix", Some("5.1.1"), Hard);
    check("yandex", Some("5.7.1"), Soft);
    check("delayed", Some("4.4.1"), Delayed);
    check("delivered", Some("2.0.0"), Delivered);
    check("gateway", Some("5.1.1"), Hard);
    check("notification", Some("5.1.1"), Hard);
}

#[test]
fn reports_written_for_people_are_read() {
    for name in [
        "qmail",
        "gmail-old",
        "sendmail-old",
        "courier",
        "one-and-one",
        "mail-marshal",
        "surf-control",
        "active-hunter",
    ] {
        check(name, Some("5.1.1"), Hard);
    }
    check("exchange-online", Some("5.1.10"), Hard);
    check("exchange-2003", None, Hard);
    check("domino", None, Hard);
    check("mail-ru", None, Hard);
    check("carrier", None, Soft);
    check("exim-delay", None, Delayed);
}

#[test]
fn each_recipient_has_his_own_fate() {
    let recipients = read("bounce/exim").bounce.unwrap().recipients;
    let expected = [
        BouncedRecipient {
            address: "nobody@client.example".to_owned(),
            original_address: None,
            status: Some("5.1.1".to_owned()),
            class: Hard,
            diagnostic: Some("550 5.1.1 <nobody@client.example>: user unknown".to_owned()),
        },
        BouncedRecipient {
            address: "noone@client.example".to_owned(),
            original_address: None,
            status: None,
            class: Soft,
            diagnostic: Some("mailbox is full retry timeout exceeded".to_owned()),
        },
    ];
    assert_eq!(recipients, expected);
}

#[test]
fn a_forwarded_mail_is_reported_with_the_address_it_was_sent_to() {
    let recipients = read("bounce/forwarded").bounce.unwrap().recipients;
    let recipient = recipients.first().unwrap();
    assert_eq!(recipient.address, "nobody@home.example");
    assert_eq!(recipient.original_address.as_deref(), Some("nobody@client.example"));
    assert_eq!((recipient.status.as_deref(), recipient.class), (Some("5.2.2"), Soft));
}

#[test]
fn the_mail_reported_on_is_named() {
    for name in [
        "postfix",
        "yandex",
        "exim",
        "qmail",
        "exchange-online",
        "gmail-old",
        "sendmail-old",
        "gateway",
        "notification",
    ] {
        let bounce = read(&format!("bounce/{name}")).bounce.unwrap();
        assert_eq!(bounce.original_message_id.as_deref(), Some("m42.7@acme.liaison.example"), "{name}");
    }
}
