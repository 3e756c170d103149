//! The attributes of XFORWARD: who handed the mail to the mail server that hands it to us.
//!
//! `XFORWARD NAME=mail.client.example ADDR=192.0.2.7`, values in xtext (RFC 3461 §4), sent by Postfix before MAIL.

use std::net::IpAddr;

use super::Peer;

/// The attributes understood, as announced.
pub(super) const ATTRIBUTES: &str = "NAME ADDR PROTO HELO";

const MAX_VALUE_BYTES: usize = 255;

/// `peer` with the attributes of one command written over; `None` when one of them is malformed or not announced.
pub(super) fn forward(mut peer: Peer, arguments: &str) -> Option<Peer> {
    for argument in arguments.split(' ').filter(|argument| !argument.is_empty()) {
        let (name, value) = argument.split_once('=')?;
        let value = known(read_value(value)?);
        match name.to_ascii_uppercase().as_str() {
            "NAME" => peer.name = value,
            "ADDR" => peer.address = value.as_deref().and_then(read_address),
            "PROTO" => peer.protocol = value,
            "HELO" => peer.helo = value,
            _ => return None,
        }
    }
    Some(peer)
}

fn read_value(xtext: &str) -> Option<String> {
    let value = decode_xtext(xtext)?;
    (1..=MAX_VALUE_BYTES).contains(&value.len()).then_some(value).filter(|it| !it.contains(char::is_control))
}

/// The mail server says so when it doesn't know either.
fn known(value: String) -> Option<String> {
    let is_unknown = ["[UNAVAILABLE]", "[TEMPUNAVAIL]"].iter().any(|word| value.eq_ignore_ascii_case(word));
    (!is_unknown).then_some(value)
}

fn decode_xtext(xtext: &str) -> Option<String> {
    let mut bytes = xtext.bytes();
    let mut decoded = Vec::with_capacity(xtext.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => read_hex(bytes.next()?)? << 4 | read_hex(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn read_hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Addresses other than those of the Internet are allowed by the protocol and of no use here.
fn read_address(text: &str) -> Option<IpAddr> {
    const IPV6_TAG: &str = "IPV6:";
    let untagged = match text.split_at_checked(IPV6_TAG.len()) {
        Some((tag, address)) if tag.eq_ignore_ascii_case(IPV6_TAG) => address,
        _ => text,
    };
    untagged.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, address: &str, helo: &str) -> Peer {
        Peer {
            name: Some(name.to_owned()),
            address: Some(address.parse().unwrap()),
            helo: Some(helo.to_owned()),
            protocol: None,
        }
    }

    #[test]
    fn attributes_are_read_in_any_case_and_order() {
        let peer = forward(Peer::default(), "helo=mx.b.example  Addr=192.0.2.7 NAME=out.b.example").unwrap();
        assert_eq!(peer, told("out.b.example", "192.0.2.7", "mx.b.example"));
        let peer = forward(peer, "ADDR=IPV6:2001:db8::7 PROTO=ESMTP").unwrap();
        assert_eq!(
            peer,
            Peer {
                protocol: Some("ESMTP".to_owned()),
                ..told("out.b.example", "2001:db8::7", "mx.b.example")
            }
        );
    }

    #[test]
    fn a_v4_address_in_v6_clothes_is_a_v4_address() {
        let peer = forward(Peer::default(), "ADDR=IPV6:::ffff:192.0.2.7").unwrap();
        assert_eq!(peer.address, Some("192.0.2.7".parse().unwrap()));
    }

    #[test]
    fn xtext_is_decoded() {
        let peer = forward(Peer::default(), "HELO=a+2Bb+3D+20c").unwrap();
        assert_eq!(peer.helo.as_deref(), Some("a+b= c"));
    }

    #[test]
    fn what_the_mail_server_does_not_know_is_none() {
        let peer = forward(
            told("out.b.example", "192.0.2.7", "mx.b.example"),
            "NAME=[UNAVAILABLE] ADDR=[unavailable] HELO=[TEMPUNAVAIL]",
        );
        assert_eq!(peer, Some(Peer::default()));
        assert_eq!(forward(Peer::default(), "ADDR=x25-0815"), Some(Peer::default()));
    }

    #[test]
    fn malformed_attributes_are_refused() {
        let long = format!("HELO={}", "a".repeat(256));
        for arguments in [
            "NAME",
            "NAME=",
            "NAME=a+2",
            "NAME=a+zz",
            "NAME=a+0D+0Ab",
            "NAME=+FF",
            "LOGIN=root",
            long.as_str(),
        ] {
            assert_eq!(forward(Peer::default(), arguments), None, "{arguments}");
        }
    }
}
