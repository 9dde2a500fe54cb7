//! A loopback listener, and the handling of connections when there are no more open files.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use observation::Recorder;
use tokio::net::{TcpListener, TcpStream};

use crate::open_files::{self, ConnectionLimit, ConnectionPermit};

/// The most connections that may wait to be accepted. It is set explicitly, because when the queue overflows, the
/// client's kernel tries again only after a second. The kernel lowers it to `net.core.somaxconn`.
const BACKLOG: u32 = 4_096;

/// A listening port of 127.0.0.1 that the system has picked.
pub(crate) struct Listener {
    listener: std::net::TcpListener,
    /// The address on which it listens.
    pub(crate) address: SocketAddr,
}

impl Listener {
    /// Opens a listener.
    pub(crate) fn open() -> io::Result<Listener> {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
        socket.listen(i32::try_from(BACKLOG).unwrap_or(i32::MAX))?;
        socket.set_nonblocking(true)?;
        // Accepted connections inherit this. Without it Nagle's algorithm would hold back what the peer has sent
        // without delay.
        socket.set_tcp_nodelay(true)?;
        let listener = std::net::TcpListener::from(socket);
        Ok(Listener { address: listener.local_addr()?, listener })
    }

    /// Registers the listener with the caller's event loop.
    pub(crate) fn into_async(self) -> io::Result<TcpListener> {
        TcpListener::from_std(self.listener)
    }
}

/// Accepts the next connection for which there is a permit. One for which there is none is closed, and the recorder
/// counts it.
pub(crate) async fn accept(
    listener: &TcpListener,
    room: &mut ConnectionLimit,
    recorder: &Recorder,
) -> (TcpStream, ConnectionPermit) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Any other error means that the client closed the connection while it was queued.
                if open_files::is_out(&error) {
                    tokio::time::sleep(open_files::OUT_OF_FILES).await;
                }
                continue;
            }
        };
        // The permit is taken after accepting: one that was taken earlier would say nothing about whether there is one
        // now.
        match room.take().await {
            Some(permit) => return (stream, permit),
            None => recorder.no_room(),
        }
    }
}
