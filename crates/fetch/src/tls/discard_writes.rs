//! A connection that can be told to keep what is written to it to itself, so that a TLS library may end its side of a
//! session without a word to the other.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::AsyncStream;

/// The connection, and whether it keeps what it is given.
pub(super) struct DiscardWrites {
    stream: Box<dyn AsyncStream>,
    discards: bool,
}

impl DiscardWrites {
    /// A connection that sends what it is given.
    pub(super) fn new(stream: Box<dyn AsyncStream>) -> DiscardWrites {
        DiscardWrites { stream, discards: false }
    }

    /// From now on nothing is sent.
    pub(super) fn close(&mut self) {
        self.discards = true;
    }
}

impl AsyncRead for DiscardWrites {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for DiscardWrites {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.discards {
            true => Poll::Ready(Ok(bytes.len())),
            false => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.discards {
            true => Poll::Ready(Ok(())),
            false => Pin::new(&mut self.stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.discards {
            true => Poll::Ready(Ok(())),
            false => Pin::new(&mut self.stream).poll_shutdown(context),
        }
    }
}
