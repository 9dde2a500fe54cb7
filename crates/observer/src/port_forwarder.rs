//! A port that forwards to the origin and records the connections made to it.

use std::net::SocketAddr;

use observation::{ConnectionKind, ConnectionTracker, Recorder};
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use crate::Error;
use crate::clock::now_ns;
use crate::open_files::ConnectionLimit;
use crate::tap::{self, Acknowledgements, AlreadyRead, Listener, Running};

/// The host name under which connections to the origin are recorded.
const HOST: &str = "origin";

/// A loopback port whose connections are forwarded to one address.
pub struct PortForwarder {
    address: SocketAddr,
    _running: Running,
}

impl PortForwarder {
    /// Opens a port that forwards to `target`, and records its connections in `recorder`.
    ///
    /// # Errors
    /// No port can be opened, or no thread can be started.
    pub fn start(target: SocketAddr, recorder: Recorder) -> Result<PortForwarder, Error> {
        let listener = Listener::open().map_err(Error::Listen)?;
        let address = listener.address;
        let running = Running::start("stand-in", move || serve(listener, target, recorder)).map_err(Error::Listen)?;
        Ok(PortForwarder { address, _running: running })
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn serve(listener: Listener, target: SocketAddr, recorder: Recorder) {
    // The listener is valid, so only a runtime without a reactor would refuse it.
    let Ok(listener) = listener.into_async() else { return };
    let mut room = ConnectionLimit::of_process();
    loop {
        let (client, permit) = tap::accept(&listener, &mut room, &recorder).await;
        let mut tracker = ConnectionTracker::open(&recorder, ConnectionKind::Direct, now_ns());
        tracker.set_host(HOST);
        spawn_local(async move {
            let _permit = permit;
            match TcpStream::connect(target).await {
                Ok(server) => {
                    tracker.established(now_ns());
                    tap::forward(client, server, AlreadyRead::default(), Acknowledgements::Usual, tracker).await;
                }
                Err(error) => {
                    tracker.not_reached(&format!("the origin: {error}"), now_ns());
                    tracker.closed(now_ns());
                }
            }
        });
    }
}
