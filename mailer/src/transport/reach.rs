//! From a host's name to a connection with one of its addresses, and what an I/O error says of the way there.

use std::{io, net::SocketAddr, time::Duration};

use liaison_domain::mailbox::FailureClass;
use tokio::{
    net::{self, TcpStream},
    time,
};

use super::{AddressRule, SendError};

/// The addresses of the host that may be connected to.
pub(crate) async fn resolve(
    host: &str,
    port: u16,
    allowed: &AddressRule,
    limit: Duration,
) -> Result<Vec<SocketAddr>, SendError> {
    let Ok(Ok(found)) = time::timeout(limit, net::lookup_host((host, port))).await else {
        return Err(SendError::transient(FailureClass::Dns));
    };
    let (allowed, forbidden): (Vec<_>, Vec<_>) = found.partition(|it| allowed.allows(*it));
    match (allowed.is_empty(), forbidden.is_empty()) {
        (false, _) => Ok(allowed),
        (true, false) => Err(SendError::permanent(FailureClass::Forbidden)),
        (true, true) => Err(SendError::transient(FailureClass::Dns)),
    }
}

/// Connects to the first address that answers, within `limit` for all of them. What is written leaves at once: each side
/// of these protocols waits for the other's whole answer, so a rest held back until something is acknowledged is waited
/// for by both.
pub(crate) async fn connect(addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, FailureClass> {
    let mut class = FailureClass::Connect;
    for address in addresses {
        // One dead address of a host leaves time for the next.
        match time::timeout(limit / 3, TcpStream::connect(address)).await {
            Ok(connected) => match connected.and_then(|it| it.set_nodelay(true).map(|()| it)) {
                Ok(tcp) => return Ok(tcp),
                Err(error) => class = class_of_io(&error),
            },
            Err(_elapsed) => class = FailureClass::Timeout,
        }
    }
    Err(class)
}

pub(crate) fn class_of_io(error: &io::Error) -> FailureClass {
    let inner = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
    if inner.is_some() {
        return FailureClass::Tls;
    }
    match error.kind() {
        io::ErrorKind::TimedOut => FailureClass::Timeout,
        io::ErrorKind::ConnectionRefused => FailureClass::Refused,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => FailureClass::Lost,
        io::ErrorKind::InvalidData | io::ErrorKind::Other => FailureClass::Protocol,
        _ => FailureClass::Connect,
    }
}
