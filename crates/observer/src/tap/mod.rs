//! Forwards the bytes of a connection as they come, and passes them to its tracker.

mod direction;
mod listener;
mod runtime;

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;

use observation::ConnectionTracker;
use tokio::net::TcpStream;
use wire::Side;

use crate::clock::now_ns;
use crate::loopback;
use direction::{Direction, DirectionEnd};
pub(crate) use listener::{Listener, accept};
pub(crate) use runtime::Running;

/// How the bytes that the client sends are acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acknowledgements {
    /// As the kernel does by default.
    Usual,
    /// Immediately. The exchange of `CONNECT` and its response makes the kernel treat a connection as interactive and
    /// delay its acknowledgements by 40 ms. A client that leaves Nagle's algorithm on would wait for them, which it
    /// would not do without the proxy.
    AtOnce,
}

/// Bytes of each side that have been read before forwarding starts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AlreadyRead<'a> {
    pub(crate) client: &'a [u8],
    pub(crate) server: &'a [u8],
}

/// Forwards between `client` and `server` until both directions have ended or one of them fails, then closes both. A
/// reset is passed on as a reset.
pub(crate) async fn forward(
    mut client: TcpStream,
    mut server: TcpStream,
    already_read: AlreadyRead<'_>,
    acknowledgements: Acknowledgements,
    tracker: ConnectionTracker,
) {
    let quick = acknowledgements == Acknowledgements::AtOnce;
    // The client's socket has inherited this from its listener. If it fails, the connection is dead already.
    let _ = server.set_nodelay(true);
    let (tracker, is_one_over) = (RefCell::new(tracker), Cell::new(false));
    let client_gone = gone(client.peer_addr(), client.local_addr());
    let over = {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let up = Direction { from: Side::Client, tracker: &tracker, quick, is_one_over: &is_one_over };
        let down = Direction { from: Side::Server, quick: false, ..up };
        let up = up.pump(&mut from_client, &mut to_server, already_read.client);
        let down = down.pump(&mut from_server, &mut to_client, already_read.server);
        tokio::pin!(up, down);
        tokio::select! {
            first = &mut up => if first == DirectionEnd::Broken { first } else {
                // A server that sends nothing would never learn that the client is gone.
                tokio::select! {
                    biased;
                    second = &mut down => second,
                    () = client_gone => DirectionEnd::Broken,
                }
            },
            first = &mut down => if first == DirectionEnd::Broken { first } else { up.await },
        }
    };
    if over == DirectionEnd::Broken {
        reset(&client);
        reset(&server);
    }
    tracker.into_inner().closed(now_ns());
}

/// Returns when no process has the client's end of a connection open any more. If that can't be determined, it never
/// returns.
async fn gone(client: io::Result<SocketAddr>, own: io::Result<SocketAddr>) {
    match (client, own) {
        (Ok(client), Ok(own)) => loopback::gone(client, own).await,
        _ => std::future::pending().await,
    }
}

/// Makes the kernel send a reset instead of FIN when the socket is dropped.
fn reset(stream: &TcpStream) {
    // If it fails, the socket is closed already.
    let _ = socket2::SockRef::from(stream).set_linger(Some(std::time::Duration::ZERO));
}
