//! The client's connection: its bytes are passed to a tracker, and [`hung_up`] finds out when the client is gone.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::Bytes;
use observation::ConnectionTracker;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use wire::Side;

use crate::clock::now_ns;
use crate::loopback;

/// How long to wait before a client is checked again that has sent something which can't be read yet.
const UNREAD: Duration = Duration::from_millis(100);

/// Whose response is being written.
#[derive(Debug, Default)]
pub(super) struct ResponseSource {
    pub(super) by_host: Cell<bool>,
}

/// A client's connection whose bytes are passed to a tracker, except the proxy's own responses. Bytes that were read
/// before come first.
pub(super) struct TappedStream {
    pub(super) stream: Rc<TcpStream>,
    pub(super) tracker: Rc<RefCell<ConnectionTracker>>,
    pub(super) already_read: Bytes,
    pub(super) source: Rc<ResponseSource>,
}

impl AsyncRead for TappedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.already_read.is_empty() {
            let count = self.already_read.len().min(buffer.remaining());
            let part = self.already_read.split_to(count);
            buffer.put_slice(&part);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let outcome = loop {
            ready!(self.stream.poll_read_ready(context))?;
            match self.stream.try_read_buf(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => break outcome,
            }
        };
        let mut tracker = self.tracker.borrow_mut();
        match buffer.filled().get(before..) {
            Some(bytes) if outcome.is_ok() && !bytes.is_empty() => tracker.bytes(Side::Client, bytes, now_ns()),
            _ => tracker.ended(Side::Client, now_ns()),
        }
        Poll::Ready(outcome.map(drop))
    }
}

impl AsyncWrite for TappedStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = loop {
            ready!(self.stream.poll_write_ready(context))?;
            match self.stream.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => break outcome,
            }
        };
        if let (Ok(written), true) = (&outcome, self.source.by_host.get()) {
            self.tracker.borrow_mut().bytes(Side::Server, bytes.get(..*written).unwrap_or_default(), now_ns());
        }
        Poll::Ready(outcome)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tracker.borrow_mut().ended(Side::Server, now_ns());
        Poll::Ready(SockRef::from(&*self.stream).shutdown(Shutdown::Write))
    }
}

/// Returns when no process has the other end of `stream` open any more, without consuming what was sent. A client that
/// has ended its direction may still wait for a response.
pub(super) async fn hung_up(stream: &TcpStream) {
    let (Ok(peer), Ok(own)) = (stream.peer_addr(), stream.local_addr()) else { return };
    loop {
        match stream.ready(Interest::READABLE.add(Interest::ERROR)).await {
            Ok(ready) if ready.is_error() => return,
            Ok(ready) if ready.is_read_closed() => {
                return tokio::select! {
                    () = loopback::gone(peer, own) => {}
                    _ = stream.ready(Interest::ERROR) => {}
                };
            }
            Ok(_) => tokio::time::sleep(UNREAD).await,
            Err(_) => return,
        }
    }
}
