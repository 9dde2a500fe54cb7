//! A stream whose flush does not wait: the remaining bytes are sent while the next ones are awaited.
//!
//! A socket takes its bytes when they are written, so its flush never waits. A stream whose writes the kernel completes
//! still holds them. OpenSSL treats a flush that would have to wait as failed, because the crate `openssl` cannot tell
//! it to try again.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::stream::Stream;

/// The stream.
pub(crate) struct BackgroundFlush<S> {
    stream: S,
    /// Whether it may hold bytes that have not been sent.
    holds: bool,
}

impl<S: Stream> BackgroundFlush<S> {
    /// A stream that holds no bytes.
    pub(crate) fn new(stream: S) -> BackgroundFlush<S> {
        BackgroundFlush { stream, holds: false }
    }

    /// Sends the bytes that it holds, as far as possible now. The task is woken when it can send more.
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
