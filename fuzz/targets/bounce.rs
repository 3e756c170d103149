//! A delivery report: the input is what follows the header of one, its parts in any order or plain prose.

#![no_main]

use bytes::Bytes;
use liaison_fuzz::mail::{SMALL, check};
use liaison_mailer::parse::{BounceClass, Limits, MailKind, parse};

const REPORT: &str = "From: MAILER-DAEMON@mx.example\r\nTo: anna@acme.example\r\nSubject: Undelivered Mail\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n";
const PROSE: &str = "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\n\
    Subject: Mail delivery failed: returning message to sender\r\n\r\n";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for header in [REPORT, PROSE] {
        let raw = Bytes::from([header.as_bytes(), data].concat());
        for limits in [Limits::default(), SMALL] {
            let mail = parse(&raw, &limits);
            check(&raw, &mail, &limits);
            assert_eq!(mail.bounce.is_some(), mail.kind == MailKind::Bounce, "a report without a report");
            for it in mail.bounce.iter().flat_map(|it| &it.recipients) {
                // R4: what passes is no reason to give an address up.
                let is_transient = it.status.as_deref().is_some_and(|it| it.starts_with('4'));
                assert!(!(is_transient && it.class == BounceClass::Hard), "{it:?}");
            }
        }
    }
});
