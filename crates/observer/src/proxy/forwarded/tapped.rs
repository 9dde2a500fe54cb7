//! The client's connection: what goes over it is told to a lane, and whether anyone is at its other end.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::Bytes;
use observation::Lane;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use wire::Side;

use crate::clock::now_ns;
use crate::loopback;

/// How long a client is left alone that has sent what is not to be read yet.
const UNREAD: Duration = Duration::from_millis(100);

/// Who made the answer that is being written.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) by_host: Cell<bool>,
}

/// A client's connection whose bytes a lane is told of, but for answers that no host gave. What was read before comes
/// first.
pub(super) struct Tapped {
    pub(super) stream: Rc<TcpStream>,
    pub(super) lane: Rc<RefCell<Lane>>,
    pub(super) early: Bytes,
    pub(super) answered: Rc<Answered>,
}

impl AsyncRead for Tapped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.early.is_empty() {
            let count = self.early.len().min(buffer.remaining());
            let part = self.early.split_to(count);
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
        let mut lane = self.lane.borrow_mut();
        match buffer.filled().get(before..) {
            Some(bytes) if outcome.is_ok() && !bytes.is_empty() => lane.bytes(Side::Client, bytes, now_ns()),
            _ => lane.ended(Side::Client, now_ns()),
        }
        Poll::Ready(outcome.map(drop))
    }
}

impl AsyncWrite for Tapped {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = loop {
            ready!(self.stream.poll_write_ready(context))?;
            match self.stream.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => break outcome,
            }
        };
        if let (Ok(written), true) = (&outcome, self.answered.by_host.get()) {
            self.lane.borrow_mut().bytes(Side::Server, bytes.get(..*written).unwrap_or_default(), now_ns());
        }
        Poll::Ready(outcome)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lane.borrow_mut().ended(Side::Server, now_ns());
        Poll::Ready(SockRef::from(&*self.stream).shutdown(Shutdown::Write))
    }
}

/// Returns when nobody is at the other end of `stream` any more, and takes nothing of what was sent. Who has nothing
/// more to say may wait for an answer still.
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
