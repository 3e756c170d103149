//! Where connections come from: a TCP port or a unix socket.

use std::{
    fs, io,
    net::{IpAddr, SocketAddr},
    os::unix::{
        self,
        fs::{FileTypeExt, PermissionsExt},
    },
    path::{Path, PathBuf},
    str::FromStr,
};

use thiserror::Error;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_util::either::Either;

/// The place to listen at, written `127.0.0.1:2424`, `localhost:2424` or `unix:/run/liaison/lmtp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// `host:port`; a name is looked up when it is bound.
    Tcp(String),
    Unix(PathBuf),
}

/// A text that names no place to listen at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("write host:port such as 127.0.0.1:2424, or unix: and an absolute path")]
pub struct ListenError;

impl FromStr for Listen {
    type Err = ListenError;

    fn from_str(text: &str) -> Result<Self, ListenError> {
        if let Some(path) = text.strip_prefix("unix:") {
            return path.starts_with('/').then(|| Self::Unix(PathBuf::from(path))).ok_or(ListenError);
        }
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                Ok(Self::Tcp(text.to_owned()))
            }
            _ => Err(ListenError),
        }
    }
}

/// A bound [`Listen`].
#[derive(Debug)]
pub enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

pub(super) type Stream = Either<TcpStream, UnixStream>;

impl Listener {
    /// Binds. A socket file that nobody listens at any more is replaced; who may connect is said by the rights of its
    /// folder, since the mail server runs under its own user.
    pub async fn bind(listen: &Listen) -> io::Result<Self> {
        match listen {
            Listen::Tcp(address) => Ok(Self::Tcp(TcpListener::bind(address).await?)),
            Listen::Unix(path) => {
                remove_abandoned_socket(path)?;
                let listener = UnixListener::bind(path)?;
                fs::set_permissions(path, fs::Permissions::from_mode(0o666))?;
                Ok(Self::Unix(listener))
            }
        }
    }

    /// The bound address of a TCP listener: the one that tells the port when 0 was asked for.
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            Self::Unix(_) => None,
        }
    }

    /// The next connection, and the host that it comes from where it is not this one.
    pub(super) async fn accept(&self) -> io::Result<(Stream, Option<IpAddr>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, from) = listener.accept().await?;
                // Replies are written whole, so waiting for more to send along only costs time.
                stream.set_nodelay(true)?;
                Ok((Either::Left(stream), Some(from.ip().to_canonical())))
            }
            Self::Unix(listener) => Ok((Either::Right(listener.accept().await?.0), None)),
        }
    }
}

/// A socket file outlives its listener; only one that refuses connections is taken away.
fn remove_abandoned_socket(path: &Path) -> io::Result<()> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket());
    match unix::net::UnixStream::connect(path) {
        Err(error) if is_socket && error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_host_with_port_or_an_absolute_socket_path() {
        for text in ["127.0.0.1:2424", "[::1]:2424", "localhost:2424"] {
            assert_eq!(text.parse(), Ok(Listen::Tcp(text.to_owned())));
        }
        assert_eq!("unix:/run/l/lmtp".parse(), Ok(Listen::Unix(PathBuf::from("/run/l/lmtp"))));
        for text in [
            "",
            "2424",
            ":2424",
            "localhost:",
            "localhost:lmtp",
            "127.0.0.1",
            "unix:",
            "unix:lmtp",
            "/run/lmtp",
        ] {
            assert_eq!(text.parse::<Listen>(), Err(ListenError), "{text}");
        }
    }

    #[tokio::test]
    async fn an_abandoned_socket_file_is_replaced_and_a_used_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let listen = Listen::Unix(folder.path().join("lmtp"));
        let first = Listener::bind(&listen).await.unwrap();
        assert_eq!(Listener::bind(&listen).await.unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(first);
        Listener::bind(&listen).await.unwrap();
    }

    #[tokio::test]
    async fn a_file_that_is_no_socket_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lmtp");
        fs::write(&path, "precious").unwrap();
        Listener::bind(&Listen::Unix(path.clone())).await.unwrap_err();
        assert_eq!(fs::read_to_string(path).unwrap(), "precious");
    }
}
