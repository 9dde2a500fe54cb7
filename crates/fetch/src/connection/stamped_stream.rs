//! A stream that records when bytes of requests are sent and bytes of responses arrive.
//!
//! It is between HTTP and TLS, so that handshakes and tickets are not recorded.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use measure::marks::ByteMarks;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use workload::catalog::Charged;
use workload::charged;

use crate::stream::Stream;

/// The class of the bill that stamping counts as.
pub(crate) const STAMPING: Charged = charged!(Harness);

/// The stream.
pub(super) struct StampedStream<S> {
    stream: S,
    marks: Arc<ByteMarks>,
}

impl<S: Stream> StampedStream<S> {
    /// A stream that records in `marks`.
    pub(super) fn new(stream: S, marks: Arc<ByteMarks>) -> StampedStream<S> {
        StampedStream { stream, marks }
    }
}

impl<S: Stream> AsyncRead for StampedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, into);
        if into.filled().len() > before {
            self.marks.read();
        }
        result
    }
}

impl<S: Stream> AsyncWrite for StampedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        if matches!(result, Poll::Ready(Ok(_))) {
            self.marks.wrote();
        }
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        if matches!(result, Poll::Ready(Ok(_))) {
            self.marks.wrote();
        }
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
