//! Forwards the bytes of a connection as they come, and tells its lane.

mod direction;
mod listener;
mod runtime;

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;

use observation::Lane;
use tokio::net::TcpStream;
use wire::Side;

use crate::clock::now_ns;
use crate::loopback;
use direction::{Direction, Over};
pub(crate) use listener::{Listener, accept};
pub(crate) use runtime::Running;

/// How what the client sends is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acknowledgements {
    /// As the kernel does it for any server.
    Usual,
    /// At once. The exchange of `CONNECT` and its answer makes the kernel take a connection for an interactive one,
    /// whose acknowledgements it delays by 40 ms: a client that leaves Nagle's algorithm on would wait for those, and
    /// not without the proxy.
    AtOnce,
}

/// What each side has sent already.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Early<'a> {
    pub(crate) client: &'a [u8],
    pub(crate) server: &'a [u8],
}

/// Forwards between the two until both directions are over, or one of them breaks; then both are closed. A reset is
/// passed on as one.
pub(crate) async fn forward(
    mut client: TcpStream,
    mut server: TcpStream,
    early: Early<'_>,
    acknowledgements: Acknowledgements,
    lane: Lane,
) {
    let quick = acknowledgements == Acknowledgements::AtOnce;
    // As the client's is by its listener. If it fails, the connection is dead already.
    let _ = server.set_nodelay(true);
    let (lane, is_one_over) = (RefCell::new(lane), Cell::new(false));
    let client_gone = gone(client.peer_addr(), client.local_addr());
    let over = {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let up = Direction { from: Side::Client, lane: &lane, quick, is_one_over: &is_one_over };
        let down = Direction { from: Side::Server, quick: false, ..up };
        let up = up.pump(&mut from_client, &mut to_server, early.client);
        let down = down.pump(&mut from_server, &mut to_client, early.server);
        tokio::pin!(up, down);
        tokio::select! {
            first = &mut up => if first == Over::Broken { first } else {
                // A server that goes on saying nothing would never learn that nobody listens.
                tokio::select! {
                    biased;
                    second = &mut down => second,
                    () = client_gone => Over::Broken,
                }
            },
            first = &mut down => if first == Over::Broken { first } else { up.await },
        }
    };
    if over == Over::Broken {
        reset(&client);
        reset(&server);
    }
    lane.into_inner().closed(now_ns());
}

/// Returns when nobody has the client's end of a connection open any more. Where it can't be told, never.
async fn gone(client: io::Result<SocketAddr>, own: io::Result<SocketAddr>) {
    match (client, own) {
        (Ok(client), Ok(own)) => loopback::gone(client, own).await,
        _ => std::future::pending().await,
    }
}

/// Has the kernel send a reset instead of an orderly end when the socket is dropped.
fn reset(stream: &TcpStream) {
    // If it fails the socket is gone, and so is its peer's interest.
    let _ = socket2::SockRef::from(stream).set_linger(Some(std::time::Duration::ZERO));
}
