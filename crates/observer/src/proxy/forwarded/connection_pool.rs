//! A pool of connections over which requests are forwarded.

use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self as client, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use super::message::Body;
use crate::open_files::{ConnectionLimit, ConnectionPermit};

/// The most connections that are kept for one client. Programs that use a few hosts send requests for all of them over
/// one connection to their proxy.
const MOST: usize = 8;

/// A connection to a host or to its upstream proxy.
pub(super) struct PooledConnection {
    /// `host:port` of its other end.
    to: String,
    sender: SendRequest<Body>,
}

impl PooledConnection {
    /// Starts HTTP on `stream`, which is connected to `to`. `permit` is held as long as the connection is open.
    pub(super) async fn begin(
        to: String,
        stream: TcpStream,
        permit: Option<ConnectionPermit>,
    ) -> hyper::Result<PooledConnection> {
        // Without this, Nagle's algorithm would hold back the second part of a request.
        let _ = stream.set_nodelay(true);
        let (sender, connection) =
            client::Builder::new().preserve_header_case(true).handshake(TokioIo::new(stream)).await?;
        spawn_local(async move {
            // The error has been returned for its request.
            let _ = connection.await;
            drop(permit);
        });
        Ok(PooledConnection { to, sender })
    }

    /// Sends a request. An error holds the request if nothing of it was sent.
    pub(super) async fn send(
        &mut self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Body>>> {
        self.sender.try_send_request(request).await
    }
}

/// The idle connections of one client, the most recently used one last.
#[derive(Default)]
pub(super) struct ConnectionPool(Vec<PooledConnection>);

impl ConnectionPool {
    /// Takes a connection to `to`. It may have been closed, which shows when it is used.
    pub(super) fn take(&mut self, to: &str) -> Option<PooledConnection> {
        let at = self.0.iter().position(|connection| connection.to == to)?;
        Some(self.0.remove(at))
    }

    pub(super) fn keep(&mut self, connection: PooledConnection) {
        self.0.push(connection);
    }

    /// Makes room for one more connection. The client's permit covers one; each further one has its own permit. If
    /// there is none left, the least recently used connection is closed.
    pub(super) fn make_room(&mut self) -> Option<ConnectionPermit> {
        self.0.retain(|connection| !connection.sender.is_closed());
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        if self.0.is_empty() {
            return None;
        }
        let permit = ConnectionLimit::of_process().take_now();
        if permit.is_none() {
            self.0.remove(0);
        }
        permit
    }
}

/// Waits until the last request on `connection` is complete; `None` if that has closed the connection.
pub(super) async fn ready(mut connection: PooledConnection) -> Option<PooledConnection> {
    connection.sender.ready().await.is_ok().then_some(connection)
}
