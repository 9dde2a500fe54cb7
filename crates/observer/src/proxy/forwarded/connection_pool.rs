//! Connections that requests are passed on by, kept for the next ones.

use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self as client, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use super::message::Body;
use crate::open_files::{Place, Room};

/// The most that are kept for one client: programs that have a few hosts ask for them by turns on one connection to
/// their proxy.
const MOST: usize = 8;

/// A connection to a host, or to the proxy before it.
pub(super) struct Hop {
    /// `host:port` of what is at its other end.
    to: String,
    sender: SendRequest<Body>,
}

impl Hop {
    /// Speaks HTTP on `stream`, which leads to `to`. `place` is held as long as it is open.
    pub(super) async fn begin(to: String, stream: TcpStream, place: Option<Place>) -> hyper::Result<Hop> {
        // Without it Nagle's algorithm holds back the second part of a request.
        let _ = stream.set_nodelay(true);
        let (sender, connection) =
            client::Builder::new().preserve_header_case(true).handshake(TokioIo::new(stream)).await?;
        spawn_local(async move {
            // Its requests have told of the error.
            let _ = connection.await;
            drop(place);
        });
        Ok(Hop { to, sender })
    }

    /// The answer, or the request where nothing of it was sent.
    pub(super) async fn send(
        &mut self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Body>>> {
        self.sender.try_send_request(request).await
    }
}

/// Those of one client that no request is under way on, the one that was used last at the end.
#[derive(Default)]
pub(super) struct ConnectionPool(Vec<Hop>);

impl ConnectionPool {
    /// The one that leads to `to`. Whether it is open still shows when it is used.
    pub(super) fn take(&mut self, to: &str) -> Option<Hop> {
        let at = self.0.iter().position(|hop| hop.to == to)?;
        Some(self.0.remove(at))
    }

    pub(super) fn keep(&mut self, hop: Hop) {
        self.0.push(hop);
    }

    /// Makes room for one more. The client's place has room for one; each other has a place of its own, and where there
    /// is none, it takes that of the one that was used least lately.
    pub(super) fn make_room(&mut self) -> Option<Place> {
        self.0.retain(|hop| !hop.sender.is_closed());
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        if self.0.is_empty() {
            return None;
        }
        let place = Room::of_process().take_now();
        if place.is_none() {
            self.0.remove(0);
        }
        place
    }
}

/// Waits until what was sent last on `hop` is over; `None` where it has ended with that.
pub(super) async fn ready(mut hop: Hop) -> Option<Hop> {
    hop.sender.ready().await.is_ok().then_some(hop)
}
