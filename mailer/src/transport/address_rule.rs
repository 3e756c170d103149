//! Which addresses may be connected to, checked after the name was resolved, on the very address that is then
//! connected to (S17).

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use crate::authenticate::Network;

/// Says which addresses may be connected to.
#[derive(Clone)]
pub struct AddressRule(Arc<dyn Fn(SocketAddr) -> bool + Send + Sync>);

/// The ports at which mail is served: submission in its forms, and IMAP.
const MAIL_PORTS: [u16; 6] = [25, 465, 587, 2525, 143, 993];

impl AddressRule {
    pub fn new(is_allowed: impl Fn(SocketAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(is_allowed))
    }

    /// For servers that tenants name: the public Internet at the ports of mail, and any port of the networks that the
    /// operator allows.
    pub fn for_tenants(allow_private: Vec<Network>) -> Self {
        Self::new(move |it| {
            let is_named = allow_private.iter().any(|network| network.contains(it.ip()));
            is_named || (is_public(it.ip()) && MAIL_PORTS.contains(&it.port()))
        })
    }

    pub fn allows(&self, address: SocketAddr) -> bool {
        (self.0)(address)
    }
}

impl Default for AddressRule {
    /// Every address: right for a server that the operator configured.
    fn default() -> Self {
        Self::new(|_| true)
    }
}

impl fmt::Debug for AddressRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressRule")
    }
}

/// Whether the address belongs to a host of the public Internet, by the registries of special-purpose addresses (RFC
/// 6890). What stands for an IPv4 address in another form is judged as that address or refused.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !is_special(address),
        IpAddr::V6(address) => {
            let [first, second, ..] = address.segments();
            // Global unicast without the blocks for protocols, documentation (RFC 3849, RFC 9637) and 6to4.
            (0x2000..0x4000).contains(&first)
                && !(first == 0x2001 && second < 0x0200)
                && !(first == 0x2001 && second == 0x0db8)
                && !(first == 0x3fff && second < 0x1000)
                && first != 0x2002
        }
    }
}

const fn is_special(address: Ipv4Addr) -> bool {
    matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: &AddressRule, address: &str, is_allowed: bool) {
        assert_eq!(rule.allows(address.parse().unwrap()), is_allowed, "{address}");
    }

    /// S17
    #[test]
    fn a_tenants_server_is_on_the_public_internet() {
        let rule = AddressRule::for_tenants(Vec::new());
        for public in
            ["8.8.8.8:587", "100.63.0.1:25", "172.15.0.1:993", "[2606:4700::1]:143", "[2001:4860::1]:465"]
        {
            check(&rule, public, true);
        }
        for special in [
            "0.0.0.0:25",
            "10.1.2.3:25",
            "100.64.0.1:25",
            "127.0.0.1:25",
            "169.254.169.254:25",
            "172.16.0.1:25",
            "192.168.1.1:25",
            "198.18.0.1:25",
            "224.0.0.1:25",
            "255.255.255.255:25",
            "[::]:25",
            "[::1]:25",
            "[::ffff:10.0.0.1]:25",
            "[::ffff:169.254.169.254]:25",
            "[64:ff9b::a00:1]:25",
            "[2002:a00:1::]:25",
            "[2001::1]:25",
            "[fc00::1]:25",
            "[fe80::1]:25",
            "[ff02::1]:25",
        ] {
            check(&rule, special, false);
        }
    }

    /// S17: mail hosts are reached at the ports of mail.
    #[test]
    fn another_port_is_reached_in_networks_that_the_operator_allows() {
        let rule = AddressRule::for_tenants(vec!["10.0.0.0/8".parse().unwrap()]);
        check(&rule, "8.8.8.8:80", false);
        check(&rule, "8.8.8.8:6379", false);
        check(&rule, "10.1.2.3:10025", true);
        check(&rule, "[::ffff:10.0.0.1]:10025", true);
        check(&rule, "11.0.0.1:10025", false);
    }
}
