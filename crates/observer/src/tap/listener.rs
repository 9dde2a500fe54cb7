//! A listener on loopback, and what happens when no more connections can be had.

use std::cell::Cell;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use nix::errno::Errno;
use observation::Recorder;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Connections that may wait to be accepted. Said explicitly, because a queue that overflows makes the client's kernel try again
/// after a second. The kernel lowers it to `net.core.somaxconn`.
const BACKLOG: u32 = 4_096;

/// How long to leave the listener alone when there are no more open files.
const OUT_OF_FILES: Duration = Duration::from_millis(10);

/// What stands for the limit of open files among the reasons of an observation.
const LIMIT: &str =
    "waited: the observer's limit of open files was reached (raise `ulimit -n`; a connection takes two)";

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
        let listener = std::net::TcpListener::from(socket);
        Ok(Listener { address: listener.local_addr()?, listener })
    }

    /// For the event loop of the caller.
    pub(crate) fn into_async(self) -> io::Result<TcpListener> {
        TcpListener::from_std(self.listener)
    }
}

/// The next connection. Where there are no more open files it waits for some, and the recorder is told once for each such time.
pub(crate) async fn accept(listener: &TcpListener, recorder: &Recorder, short: &Cell<bool>) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                short.set(false);
                return stream;
            }
            Err(error) if is_out_of_files(&error) => {
                if !short.replace(true) {
                    recorder.turned_away(LIMIT);
                }
                tokio::time::sleep(OUT_OF_FILES).await;
            }
            // The client went away while it was queued: its affair.
            Err(_) => {}
        }
    }
}

/// Connects to `address`; where there are no more open files it waits for some.
pub(crate) async fn connect(address: SocketAddr, recorder: &Recorder) -> io::Result<TcpStream> {
    let mut waited = false;
    loop {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        };
        match socket {
            Ok(socket) => return socket.connect(address).await,
            Err(error) if is_out_of_files(&error) => {
                if !std::mem::replace(&mut waited, true) {
                    recorder.turned_away(LIMIT);
                }
                tokio::time::sleep(OUT_OF_FILES).await;
            }
            Err(error) => return Err(error),
        }
    }
}

fn is_out_of_files(error: &io::Error) -> bool {
    matches!(error.raw_os_error().map(Errno::from_raw), Some(Errno::EMFILE | Errno::ENFILE))
}
