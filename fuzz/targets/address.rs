//! An address, an address field, and the local parts that mean something to us.

#![no_main]

use bytes::Bytes;
use liaison_domain::{inbound::address::LocalPart, mail_address::EmailAddress};
use liaison_mailer::parse::{Limits, parse};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Ok(address) = EmailAddress::parse(&text) {
        check_address(&address);
    }
    if let Some(local) = LocalPart::read(&text) {
        check_local(&local);
    }
    check_field(data);
});

fn check_address(address: &EmailAddress) {
    let text = address.as_str();
    assert_eq!(EmailAddress::parse(text).as_ref(), Ok(address), "it is not read back");
    assert!(text.len() <= EmailAddress::MAX_BYTES && address.local_part().len() <= EmailAddress::MAX_LOCAL_BYTES);
    assert_eq!(format!("{}@{}", address.local_part(), address.domain()), text);
    assert!(address.domain().is_ascii(), "a domain name that DNS does not know");
    assert!(!text.contains(|c: char| c.is_control() || c.is_whitespace() || "<>,;\"\\()".contains(c)), "{text:?}");
    assert_eq!(address.key(), address.key().to_lowercase(), "a key that folds again");
}

/// An address that we would write leads to the same place.
fn check_local(local: &LocalPart) {
    if let Ok(address) = local.at("acme.liaison.test") {
        assert_eq!(LocalPart::read(address.local_part()).as_ref(), Some(local), "it is not read back");
    }
}

/// As To of a mail: whatever stands there, what is read of it is one line each, and bounded.
fn check_field(data: &[u8]) {
    let limits = Limits { addresses: 5, ..Limits::default() };
    let line: Vec<u8> = data.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let raw: Bytes = [b"To: ", line.as_slice(), b"\r\nFrom: ", &line, b"\r\n\r\nx"].concat().into();
    let mail = parse(&raw, &limits);
    assert!(mail.to.len() <= 5, "too many");
    for it in mail.to.iter().chain(&mail.from) {
        let texts = [it.address.as_str(), it.name.as_deref().unwrap_or_default()];
        assert!(!texts.iter().any(|it| it.contains(char::is_control)), "{it:?}");
    }
}
