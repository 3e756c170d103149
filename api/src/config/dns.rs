//! `dns.*`: who is asked about the senders of mail.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use liaison_mailer::authenticate::DnsSettings;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The port of name servers.
const PORT: u16 = 53;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dns {
    /// `address` or `address:port`; empty for those of `/etc/resolv.conf`.
    #[serde(deserialize_with = "servers")]
    pub servers: Vec<SocketAddr>,
    /// How long one question waits for its answer, in milliseconds; it is asked twice.
    pub query_timeout_ms: u64,
    /// How long the verification of one mail takes at most, in milliseconds.
    pub verification_timeout_ms: u64,
    /// Answers that are kept, each as long as the DNS allows and at most for an hour.
    pub cached_answers: u64,
}

impl Default for Dns {
    fn default() -> Self {
        let settings = DnsSettings::default();
        Self {
            servers: settings.servers,
            query_timeout_ms: millis(settings.query_timeout),
            verification_timeout_ms: millis(settings.verification_timeout),
            cached_answers: settings.cached_answers,
        }
    }
}

impl Dns {
    pub fn settings(&self) -> DnsSettings {
        DnsSettings {
            servers: self.servers.clone(),
            query_timeout: Duration::from_millis(self.query_timeout_ms),
            verification_timeout: Duration::from_millis(self.verification_timeout_ms),
            cached_answers: self.cached_answers,
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn servers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SocketAddr>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = |it: &String| {
        let with_port = || it.parse::<IpAddr>().map(|address| SocketAddr::new(address, PORT));
        let server = it.parse().or_else(|_no_port| with_port());
        server.map_err(|_source| D::Error::custom(format!("{it}: a name server is address or address:port")))
    };
    texts.iter().filter(|it| !it.is_empty()).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_come_without_a_port() {
        let read = |list: &str| serde_json::from_str::<Dns>(&format!("{{\"servers\": [{list}]}}"));
        let servers = read(r#""192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:54""#);
        let expected = ["192.0.2.53:53", "192.0.2.53:5353", "[2001:db8::53]:53", "[2001:db8::53]:54"];
        assert_eq!(servers.unwrap().servers, expected.map(|it| it.parse().unwrap()));
        assert_eq!(read(r#""""#).unwrap().servers, []);
        assert!(read(r#""ns.example""#).is_err());
    }
}
