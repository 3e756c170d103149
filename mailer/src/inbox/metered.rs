//! A connection that gives so many bytes and no more, because what reads it has no limit of its own.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a session runs over: plain or encrypted.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin + std::fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + std::fmt::Debug> Wire for T {}

/// A wire with an allowance of bytes to be read.
#[derive(Debug)]
pub(super) struct Metered {
    wire: Box<dyn Wire>,
    left: u64,
}

impl Metered {
    pub(super) fn new(wire: impl Wire + 'static, allowance: u64) -> Self {
        Self { wire: Box::new(wire), left: allowance }
    }

    /// Sets how many more bytes may come.
    pub(super) const fn allow(&mut self, bytes: u64) {
        self.left = bytes;
    }

    pub(super) fn into_wire(self) -> Box<dyn Wire> {
        self.wire
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.remaining());
        if room == 0 {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "more than was asked for")));
        }
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(room));
        let polled = Pin::new(&mut self.wire).poll_read(context, &mut part);
        let n_read = part.filled().len();
        buffer.advance(n_read);
        self.left -= n_read as u64;
        polled
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(context)
    }
}
