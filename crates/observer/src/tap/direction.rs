//! One direction of a connection: reads, forwards, and records.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use observation::ConnectionTracker;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use wire::Side;

use crate::clock::now_ns;

/// The size of a read, bytes. All connections share one buffer, because no task awaits while it uses it.
const BUFFER: usize = 64 << 10;

thread_local! {
    static SHARED: RefCell<Box<[u8]>> = RefCell::new(vec![0; BUFFER].into());
}

/// How a direction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DirectionEnd {
    /// The sender has ended it.
    Ended,
    /// By a reset, or because the receiver is gone.
    Broken,
}

/// One direction of a connection, and the tracker that records it.
#[derive(Clone, Copy)]
pub(super) struct Direction<'a> {
    pub(super) from: Side,
    pub(super) tracker: &'a RefCell<ConnectionTracker>,
    /// Whether received bytes are acknowledged immediately.
    pub(super) quick: bool,
    /// Whether one direction has ended, so that both connections are closed when the other ends.
    pub(super) is_one_over: &'a Cell<bool>,
}

impl Direction<'_> {
    /// Writes `already_read` and then everything that can be read from `from` to `to`, until the direction ends.
    pub(super) async fn pump(
        self,
        from: &mut ReadHalf<'_>,
        to: &mut WriteHalf<'_>,
        already_read: &[u8],
    ) -> DirectionEnd {
        if !already_read.is_empty() {
            if to.write_all(already_read).await.is_err() {
                return self.broken(other(self.from));
            }
            self.tracker.borrow_mut().bytes(self.from, already_read, now_ns());
        }
        loop {
            match poll_fn(|context| self.step(from, to, context)).await {
                Step::Carried => {}
                Step::Left(rest) => {
                    if to.write_all(&rest).await.is_err() {
                        return self.broken(other(self.from));
                    }
                }
                Step::End => {
                    self.tracker.borrow_mut().ended(self.from, now_ns());
                    // The end of the second direction is sent when both connections are closed, which follows.
                    if !self.is_one_over.replace(true) {
                        // It fails if the peer is gone, which doesn't matter.
                        let _ = to.shutdown().await;
                    }
                    return DirectionEnd::Ended;
                }
                Step::Broken(by) => return self.broken(by),
            }
        }
    }

    fn broken(&self, by: Side) -> DirectionEnd {
        self.tracker.borrow_mut().ended(by, now_ns());
        DirectionEnd::Broken
    }

    /// Reads once and writes what the peer accepts immediately. The bytes are recorded after that, so that recording
    /// delays nothing.
    fn step(&self, from: &mut ReadHalf<'_>, to: &mut WriteHalf<'_>, context: &mut Context<'_>) -> Poll<Step> {
        SHARED.with_borrow_mut(|shared| {
            let mut buffer = ReadBuf::new(shared);
            if ready!(Pin::new(&mut *from).poll_read(context, &mut buffer)).is_err() {
                return Poll::Ready(Step::Broken(self.from));
            }
            let bytes = buffer.filled();
            if bytes.is_empty() {
                return Poll::Ready(Step::End);
            }
            let at = now_ns();
            let written = match Pin::new(&mut *to).poll_write(context, bytes) {
                Poll::Ready(Ok(written)) => written,
                Poll::Ready(Err(_)) => {
                    self.tracker.borrow_mut().bytes(self.from, bytes, at);
                    return Poll::Ready(Step::Broken(other(self.from)));
                }
                Poll::Pending => 0,
            };
            // A response that nobody can read any more doesn't count. A request on a connection that the server has
            // ended does.
            if self.from == Side::Server && self.is_one_over.get() && is_refused(to) {
                return Poll::Ready(Step::Broken(Side::Client));
            }
            if self.quick {
                // The kernel may reset this at any time, so it is set again after each read. If it fails, the
                // connection is dead already.
                let _ = SockRef::from(AsRef::<TcpStream>::as_ref(from)).set_tcp_quickack(true);
            }
            self.tracker.borrow_mut().bytes(self.from, bytes, at);
            let rest = bytes.get(written..).unwrap_or_default();
            Poll::Ready(if rest.is_empty() { Step::Carried } else { Step::Left(rest.into()) })
        })
    }
}

/// The result of one read.
enum Step {
    Carried,
    /// The peer has not accepted these bytes yet.
    Left(Box<[u8]>),
    End,
    /// This side has closed or reset the connection.
    Broken(Side),
}

/// Whether the peer's kernel has refused what was written, because no process has that end open any more. Over loopback
/// it does so immediately.
fn is_refused(to: &WriteHalf<'_>) -> bool {
    let error = SockRef::from(AsRef::<TcpStream>::as_ref(to)).take_error();
    !matches!(error, Ok(None))
}

fn other(side: Side) -> Side {
    match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    }
}
