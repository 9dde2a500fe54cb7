//! A port that stands in for the origin's: whoever fetches from it is seen.

use std::net::SocketAddr;

use observation::{Lane, Recorder, Way};
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use crate::Error;
use crate::clock::now_ns;
use crate::open_files::Room;
use crate::tap::{self, Acknowledgements, Early, Listener, Running};

/// What connections to the origin are filed under.
const HOST: &str = "origin";

/// A port of loopback from which all connections are forwarded to one address.
pub struct StandIn {
    address: SocketAddr,
    _running: Running,
}

impl StandIn {
    /// Opens one for `target`, and tells `recorder`.
    ///
    /// # Errors
    /// No port can be opened, or no thread started.
    pub fn start(target: SocketAddr, recorder: Recorder) -> Result<StandIn, Error> {
        let listener = Listener::open().map_err(Error::Listen)?;
        let address = listener.address;
        let running = Running::start("stand-in", move || serve(listener, target, recorder)).map_err(Error::Listen)?;
        Ok(StandIn { address, _running: running })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn serve(listener: Listener, target: SocketAddr, recorder: Recorder) {
    // It was opened by this process a moment ago: only a loop without a reactor would refuse it.
    let Ok(listener) = listener.into_async() else { return };
    let mut room = Room::of_process();
    loop {
        let (client, place) = tap::accept(&listener, &mut room, &recorder).await;
        let mut lane = Lane::open(&recorder, Way::Direct, now_ns());
        lane.goes_to(HOST);
        spawn_local(async move {
            let _place = place;
            match TcpStream::connect(target).await {
                Ok(server) => {
                    lane.established(now_ns());
                    tap::forward(client, server, Early::default(), Acknowledgements::Usual, lane).await;
                }
                Err(error) => {
                    lane.not_reached(&format!("the origin: {error}"), now_ns());
                    lane.closed(now_ns());
                }
            }
        });
    }
}
