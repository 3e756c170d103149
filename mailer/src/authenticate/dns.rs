//! How the DNS is asked.

use std::{net::SocketAddr, time::Duration};

use mail_auth::{
    MessageAuthenticator,
    hickory_resolver::{
        config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts},
        net::NetError,
        system_conf,
    },
};
use thiserror::Error;

/// Name servers and how long to wait for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsSettings {
    /// Asked over UDP, and over TCP where an answer is too large; empty for those of `/etc/resolv.conf`.
    pub servers: Vec<SocketAddr>,
    /// How long one question waits for its answer; it is asked twice.
    pub query_timeout: Duration,
    /// How long one mail's verification takes at most. What has not been found out by then is a temporary error.
    pub verification_timeout: Duration,
    /// Answers that are kept, each as long as the DNS allows and at most for an hour.
    pub cached_answers: u64,
}

impl Default for DnsSettings {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            query_timeout: Duration::from_secs(2),
            verification_timeout: Duration::from_secs(10),
            cached_answers: 4_096,
        }
    }
}

/// The system's DNS settings cannot be read.
#[derive(Debug, Error)]
#[error("cannot set up the DNS resolver")]
pub struct DnsSettingsError(#[from] NetError);

pub(super) fn resolver(settings: &DnsSettings) -> Result<MessageAuthenticator, DnsSettingsError> {
    const MAX_TTL: Duration = Duration::from_hours(1);
    let (config, mut options) = if settings.servers.is_empty() {
        system_conf::read_system_conf()?
    } else {
        let servers = settings.servers.iter().map(|it| name_server(*it)).collect();
        (ResolverConfig::from_name_servers(servers), ResolverOpts::default())
    };
    options.timeout = settings.query_timeout;
    options.attempts = 1;
    options.cache_size = settings.cached_answers;
    options.positive_max_ttl = Some(MAX_TTL);
    options.negative_max_ttl = Some(MAX_TTL);
    options.use_hosts_file = ResolveHosts::Never;
    Ok(MessageAuthenticator::new(config, options)?)
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let mut server = NameServerConfig::udp_and_tcp(address.ip());
    for connection in &mut server.connections {
        let ConnectionConfig { port, .. } = connection;
        *port = address.port();
    }
    server
}
