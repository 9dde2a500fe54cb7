//! A listener on loopback, and what happens when no more connections can be had.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use observation::Recorder;
use tokio::net::{TcpListener, TcpStream};

use crate::open_files::{self, Place, Room};

/// Connections that may wait to be accepted. Said explicitly, because a queue that overflows makes the client's kernel
/// try again after a second. The kernel lowers it to `net.core.somaxconn`.
const BACKLOG: u32 = 4_096;

/// A port of 127.0.0.1, picked by the system.
pub(crate) struct Listener {
    listener: std::net::TcpListener,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Listener {
    /// Opens one.
    pub(crate) fn open() -> io::Result<Listener> {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
        socket.listen(i32::try_from(BACKLOG).unwrap_or(i32::MAX))?;
        socket.set_nonblocking(true)?;
        // Connections have it of their listener. Without it Nagle's algorithm holds back what the peer had sent at
        // once.
        socket.set_tcp_nodelay(true)?;
        let listener = std::net::TcpListener::from(socket);
        Ok(Listener { address: listener.local_addr()?, listener })
    }

    /// For the event loop of the caller.
    pub(crate) fn into_async(self) -> io::Result<TcpListener> {
        TcpListener::from_std(self.listener)
    }
}

/// The next connection, and its place. One for which there is no room is closed, and the recorder told.
pub(crate) async fn accept(listener: &TcpListener, room: &mut Room, recorder: &Recorder) -> (TcpStream, Place) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Else the client went away while it was queued: its affair.
                if open_files::is_out(&error) {
                    tokio::time::sleep(open_files::OUT_OF_FILES).await;
                }
                continue;
            }
        };
        // Not before: a place that was waited for while nobody came says nothing of whether there is one now.
        match room.take().await {
            Some(place) => return (stream, place),
            None => recorder.no_room(),
        }
    }
}
