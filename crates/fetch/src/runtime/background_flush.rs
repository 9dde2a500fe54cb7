//! A stream whose flush does not wait: what is not sent yet goes on being sent while the next bytes are waited for.
//!
//! A socket that is written to has the bytes at once, so nobody expects its flush to wait. A stream that has the kernel
//! complete its writes still holds them, and OpenSSL takes a flush that would have to wait for one that has failed: the
//! crate `openssl` cannot tell it to try again.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::stream::Stream;

/// The stream.
pub(crate) struct BackgroundFlush<S> {
    stream: S,
    /// Whether it may hold bytes that are not sent.
    holds: bool,
}

impl<S: Stream> BackgroundFlush<S> {
    /// One that holds nothing.
    pub(crate) fn new(stream: S) -> BackgroundFlush<S> {
        BackgroundFlush { stream, holds: false }
    }

    /// Sends what it holds, as far as that can be done now. The task is woken when there is more to do.
    fn send(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.holds
            && let Poll::Ready(sent) = Pin::new(&mut self.stream).poll_flush(context)
        {
            self.holds = false;
            return sent;
        }
        Ok(())
    }
}

impl<S: Stream> AsyncRead for BackgroundFlush<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.send(context)?;
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: Stream> AsyncWrite for BackgroundFlush<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.holds = true;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.send(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
