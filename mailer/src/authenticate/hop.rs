//! Who handed a mail to the server that handed it to us: the only client whose address may be judged.

use std::net::IpAddr;

use super::{network::Network, received::Received};

/// What the last server before us tells about its client. Nothing is known when that server is not trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    pub client_ip: Option<IpAddr>,
    /// What the client called itself.
    pub helo: Option<String>,
    /// The address of MAIL as the server gave it, empty for `<>`; [`hop_of`] leaves it empty.
    pub envelope_sender: String,
    /// The client gave its credentials to the server or is a trusted hop itself: its From is believed.
    pub authenticated: bool,
}

/// The other end of the connection over which a mail server hands mail to us. Mail that came in another way has no hop:
/// `Hop::default()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    Address(IpAddr),
    /// A unix socket, which the file system guards: as good as a trusted address.
    UnixSocket,
}

/// What the peer told of its client with XFORWARD. Goes before the Received field, which a content filter between the
/// mail server and us may have written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forwarded {
    pub client_ip: Option<IpAddr>,
    pub helo: Option<String>,
}

/// Reads who handed the mail over. `received` are the Received fields, unfolded, topmost first: the first is the peer's
/// own; those below were in the mail when it came to the peer, so anybody may have written them (S4, S27).
///
/// The peer must be one that writes a Received field: behind one that does not, the sender's own field is the first.
pub fn hop_of(received: &[String], peer: Peer, forwarded: Option<&Forwarded>, trusted: &[Network]) -> Hop {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if matches!(peer, Peer::Address(address) if !is_trusted(address)) {
        return Hop::default();
    }
    let told = received.first().map(|it| Received::read(it)).unwrap_or_default();
    let forwarded = forwarded.cloned().unwrap_or_default();
    let client_ip = forwarded.client_ip.map(|it| it.to_canonical()).or(told.client_ip);
    Hop {
        client_ip,
        helo: forwarded.helo.or(told.helo),
        envelope_sender: String::new(),
        authenticated: told.is_authenticated || client_ip.is_some_and(is_trusted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM_OUTSIDE: &str =
        "from mx.b.example (out.b.example [192.0.2.7]) by mx.liaison.example with ESMTPS id 4";
    const SUBMITTED: &str = "from laptop (isp.example [203.0.113.9]) by mx.liaison.example with ESMTPSA id 5";
    const FROM_THE_OFFICE: &str =
        "from office (gw.corp.example [10.1.2.3]) by mx.liaison.example with ESMTP id 6";
    const FROM_ITSELF: &str = "from localhost (localhost [127.0.0.1]) by mx.liaison.example with ESMTP id 7";

    fn hop(received: &[&str], peer: &str, forwarded: Option<&str>) -> Hop {
        let received: Vec<_> = received.iter().map(|it| (*it).to_owned()).collect();
        let trusted = ["127.0.0.0/8", "::1", "10.0.0.0/8"].map(|it| it.parse().unwrap());
        let peer = peer.parse().map_or(Peer::UnixSocket, Peer::Address);
        let forwarded = forwarded.map(|it| Forwarded { client_ip: it.parse().ok(), helo: None });
        hop_of(&received, peer, forwarded.as_ref(), &trusted)
    }

    #[track_caller]
    fn check(hop: &Hop, client_ip: Option<&str>, authenticated: bool) {
        assert_eq!(hop.client_ip, client_ip.map(|it| it.parse().unwrap()), "{hop:?}");
        assert_eq!(hop.authenticated, authenticated, "{hop:?}");
    }

    #[test]
    fn the_topmost_field_of_a_trusted_peer_is_believed() {
        for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.9.9.9", "unix"] {
            check(&hop(&[FROM_OUTSIDE], peer, None), Some("192.0.2.7"), false);
            check(&hop(&[SUBMITTED], peer, None), Some("203.0.113.9"), true);
            check(&hop(&[FROM_THE_OFFICE], peer, None), Some("10.1.2.3"), true);
        }
        assert_eq!(hop(&[FROM_OUTSIDE], "unix", None).helo.as_deref(), Some("mx.b.example"));
    }

    /// S4, S27: what lies below the peer's own field was written by whoever sent the mail.
    #[test]
    fn a_deeper_field_is_never_believed() {
        check(&hop(&[FROM_OUTSIDE, SUBMITTED, FROM_ITSELF], "127.0.0.1", None), Some("192.0.2.7"), false);
        check(&hop(&["by mx (Postfix) id 4", SUBMITTED], "127.0.0.1", None), None, false);
        check(&hop(&["nonsense", SUBMITTED], "127.0.0.1", None), None, false);
    }

    #[test]
    fn a_stranger_at_our_door_is_believed_nothing() {
        for received in [FROM_OUTSIDE, SUBMITTED, FROM_THE_OFFICE, FROM_ITSELF] {
            assert_eq!(hop(&[received], "198.51.100.1", Some("10.1.2.3")), Hop::default(), "{received}");
        }
    }

    #[test]
    fn a_mail_without_a_received_field_tells_nothing() {
        check(&hop(&[], "127.0.0.1", None), None, false);
    }

    /// A content filter hands the mail back from localhost; XFORWARD knows better.
    #[test]
    fn a_forwarded_address_goes_before_the_received_field() {
        check(&hop(&[FROM_ITSELF], "127.0.0.1", Some("192.0.2.7")), Some("192.0.2.7"), false);
        check(&hop(&[SUBMITTED], "127.0.0.1", Some("203.0.113.9")), Some("203.0.113.9"), true);
        check(&hop(&[FROM_OUTSIDE], "127.0.0.1", Some("[UNAVAILABLE]")), Some("192.0.2.7"), false);
        check(&hop(&[], "unix", Some("::ffff:10.1.2.3")), Some("10.1.2.3"), true);
    }
}
