//! One direction of a connection: read, write on, tell.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use observation::Lane;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use wire::Side;

use crate::clock::now_ns;

/// What is read at once. One buffer serves all connections, since nothing waits while it is in use.
const BUFFER: usize = 64 << 10;

thread_local! {
    static SHARED: RefCell<Box<[u8]>> = RefCell::new(vec![0; BUFFER].into());
}

/// How a direction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// Its sender had no more.
    Ended,
    /// By a reset, or because nobody reads any more.
    Broken,
}

/// One direction of a connection, and the lane that is told of it.
#[derive(Clone, Copy)]
pub(super) struct Direction<'a> {
    pub(super) from: Side,
    pub(super) lane: &'a RefCell<Lane>,
    /// Acknowledge every byte at once.
    pub(super) quick: bool,
    /// The other direction is over: what is left is to close both connections.
    pub(super) is_one_over: &'a Cell<bool>,
}

impl Direction<'_> {
    /// Carries `early` and all that can be read from `from` to `to`, until there is no more.
    pub(super) async fn pump(self, from: &mut ReadHalf<'_>, to: &mut WriteHalf<'_>, early: &[u8]) -> Over {
        if !early.is_empty() {
            if to.write_all(early).await.is_err() {
                return self.broken(other(self.from));
            }
            self.lane.borrow_mut().bytes(self.from, early, now_ns());
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
                    self.lane.borrow_mut().ended(self.from, now_ns());
                    // The second end goes out when both are closed, which follows.
                    if !self.is_one_over.replace(true) {
                        // A peer that is gone has no use for it.
                        let _ = to.shutdown().await;
                    }
                    return Over::Ended;
                }
                Step::Broken(by) => return self.broken(by),
            }
        }
    }

    fn broken(&self, by: Side) -> Over {
        self.lane.borrow_mut().ended(by, now_ns());
        Over::Broken
    }

    /// Reads once and writes on what the peer takes at once. Telling comes after, so that it holds nothing up.
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
                    self.lane.borrow_mut().bytes(self.from, bytes, at);
                    return Poll::Ready(Step::Broken(other(self.from)));
                }
                Poll::Pending => 0,
            };
            // A response that nobody reads is none. A request into a connection that the server has ended was sent.
            if self.from == Side::Server && self.is_one_over.get() && is_refused(to) {
                return Poll::Ready(Step::Broken(Side::Client));
            }
            if self.quick {
                // The kernel forgets it as it sees fit. If it fails, the connection is dead already.
                let _ = SockRef::from(AsRef::<TcpStream>::as_ref(from)).set_tcp_quickack(true);
            }
            self.lane.borrow_mut().bytes(self.from, bytes, at);
            let rest = bytes.get(written..).unwrap_or_default();
            Poll::Ready(if rest.is_empty() { Step::Carried } else { Step::Left(rest.into()) })
        })
    }
}

/// What one reading came to.
enum Step {
    Carried,
    /// The peer did not take this yet.
    Left(Box<[u8]>),
    End,
    /// By this side.
    Broken(Side),
}

/// Whether the peer's kernel has refused what was written, because nobody has that end open any more. Over loopback it
/// says so at once.
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
