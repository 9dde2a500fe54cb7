//! A connection that can be made to discard what is written to it, so that a TLS library can shut down its side of a
//! session without sending anything.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::stream::Stream;

/// The connection, and whether it discards writes.
pub(super) struct DiscardWrites<S> {
    stream: S,
    discards: bool,
}

impl<S: Stream> DiscardWrites<S> {
    /// A connection that sends what is written.
    pub(super) fn new(stream: S) -> DiscardWrites<S> {
        DiscardWrites { stream, discards: false }
    }

    /// From now on, writes are discarded.
    pub(super) fn close(&mut self) {
        self.discards = true;
    }
}

impl<S: Stream> AsyncRead for DiscardWrites<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: Stream> AsyncWrite for DiscardWrites<S> {
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
