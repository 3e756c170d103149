//! Networks in the notation of RFC 4632 and RFC 4291: `192.0.2.0/24`, `2001:db8::/32`, a single address.

use std::{fmt, net::IpAddr, str::FromStr};

use thiserror::Error;

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    base: IpAddr,
    prefix_bits: u32,
}

impl Network {
    /// `true` when the address lies in the network. An IPv4 address in IPv6 clothes is an IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let differing = base.to_bits() ^ address.to_bits();
                differing.leading_zeros() >= self.prefix_bits
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let differing = base.to_bits() ^ address.to_bits();
                differing.leading_zeros() >= self.prefix_bits
            }
            _ => false,
        }
    }
}

/// Reads `address/bits` or `address`; an IPv6 address may stand in brackets. Bits behind the prefix are refused: they
/// are a slip more often than a wish.
impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let address = address.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(address);
        let base = address.parse::<IpAddr>().map_err(|_source| NetworkError::Address)?;
        let (base, all_bits) = match bits {
            None if base.to_canonical().is_ipv4() => (base.to_canonical(), 32),
            _ if base.is_ipv4() => (base, 32),
            _ => (base, 128),
        };
        let prefix_bits = match bits {
            None => all_bits,
            Some(bits) => bits.parse::<u32>().map_err(|_source| NetworkError::Prefix)?,
        };
        let trailing_zeros = match base {
            IpAddr::V4(base) => base.to_bits().trailing_zeros(),
            IpAddr::V6(base) => base.to_bits().trailing_zeros(),
        };
        match all_bits.checked_sub(prefix_bits) {
            None => Err(NetworkError::Prefix),
            Some(host_bits) if host_bits > trailing_zeros => Err(NetworkError::HostBits),
            Some(_) => Ok(Self { base, prefix_bits }),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix_bits)
    }
}

/// Why a text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NetworkError {
    #[error("a network begins with an IP address")]
    Address,
    #[error("behind the / stands the number of the prefix's bits")]
    Prefix,
    #[error("the address has bits set behind the prefix")]
    HostBits,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_the_addresses_of_its_prefix() {
        for (network, inside, outside) in [
            ("127.0.0.0/8", "127.255.0.1", "128.0.0.1"),
            ("10.1.2.0/23", "10.1.3.255", "10.1.4.0"),
            ("192.0.2.7", "::ffff:192.0.2.7", "192.0.2.8"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("::1", "::1", "::2"),
            ("[2001:db8::]/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("::/0", "2001:db8::1", "203.0.113.9"),
        ] {
            let read = network.parse::<Network>().unwrap();
            assert!(read.contains(inside.parse().unwrap()), "{network} contains {inside}");
            assert!(!read.contains(outside.parse().unwrap()), "{network} does not contain {outside}");
        }
    }

    #[test]
    fn a_network_is_written_as_it_is_read() {
        for text in ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32", "::1/128"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for (text, error) in [
            ("", NetworkError::Address),
            ("localhost", NetworkError::Address),
            ("10.0.0", NetworkError::Address),
            ("10.0.0.0/", NetworkError::Prefix),
            ("10.0.0.0/33", NetworkError::Prefix),
            ("::/129", NetworkError::Prefix),
            ("10.0.0.0/-8", NetworkError::Prefix),
            ("10.0.0.1/8", NetworkError::HostBits),
            ("2001:db8::1/32", NetworkError::HostBits),
        ] {
            assert_eq!(text.parse::<Network>(), Err(error), "{text}");
        }
    }
}
