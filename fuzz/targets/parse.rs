//! A whole mail, read within the usual bounds and within very small ones.

#![no_main]

use bytes::Bytes;
use liaison_fuzz::mail::{SMALL, check};
use liaison_mailer::parse::{Limits, fingerprint, parse};

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
    let mail = Bytes::copy_from_slice(raw);
    for limits in [Limits::default(), SMALL] {
        check(raw, &parse(&mail, &limits), &limits);
    }
    assert_eq!(fingerprint(raw), fingerprint(&[raw, b"\r\n"].concat()), "an empty line makes it another mail");
});
