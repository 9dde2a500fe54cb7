//! The other end of a connection over loopback, as the kernel lists it: whose it is, and whether anyone has it open still.
//!
//! The end of what a client sends may be that of the client, or only of what it has to say. What tells them apart is nothing that is
//! sent, but that no process holds the client's socket any more.

use std::net::SocketAddr;
use std::time::Duration;

use procfs::ProcError;
use procfs::net::TcpNetEntry;

use crate::open_files;

/// How long a client's end is left alone before it is looked at. Most connections are over by then.
const FIRST_LOOK: Duration = Duration::from_millis(100);

/// The longest pause between two looks, since each goes through all of the system's sockets.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// So many looks in a row must not find it: a list that changes while it is read may leave something out.
const LOOKS: u32 = 2;

/// The inode of the socket at `peer` that is connected to `own`; 0 where no process has it open. Several may have the
/// same port, if they are connected to different places. `None` where the kernel does not tell.
pub(crate) fn inodes(peer: SocketAddr, own: SocketAddr) -> Option<Vec<u64>> {
    let v6 = match procfs::net::tcp6() {
        // There is none of it.
        Err(ProcError::NotFound(_)) => Vec::new(),
        listed => listed.ok()?,
    };
    let all = procfs::net::tcp().ok()?.into_iter().chain(v6);
    Some(all.filter(|entry| connects(entry, peer, own)).map(|entry| entry.inode).collect())
}

fn connects(entry: &TcpNetEntry, local: SocketAddr, remote: SocketAddr) -> bool {
    let is = |end: SocketAddr, wanted: SocketAddr| {
        end.port() == wanted.port() && end.ip().to_canonical() == wanted.ip().to_canonical()
    };
    is(entry.local_address, local) && is(entry.remote_address, remote)
}

/// Returns when no process has the socket at `peer` open that is connected to `own`, a socket of this process.
pub(crate) async fn gone(peer: SocketAddr, own: SocketAddr) {
    let (mut pause, mut missed) = (FIRST_LOOK, 0);
    while missed < LOOKS {
        tokio::time::sleep(pause).await;
        if open_files::look(move || is_gone(peer, own)).await.unwrap_or(false) {
            missed += 1;
        } else {
            missed = 0;
            pause = LONGEST_PAUSE.min(2 * pause);
        }
    }
}

fn is_gone(peer: SocketAddr, own: SocketAddr) -> bool {
    inodes(peer, own).is_some_and(|inodes| inodes.into_iter().all(|inode| inode == 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::time::Instant;

    #[test]
    fn who_has_nothing_more_to_say_is_there_and_who_closed_is_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, peer) = listener.accept().unwrap();
        let own = stream.local_addr().unwrap();
        assert!(!is_gone(peer, own));
        client.shutdown(Shutdown::Write).unwrap();
        assert!(!is_gone(peer, own), "it waits for its answer");
        drop(client);
        let deadline = Instant::now() + Duration::from_secs(5);
        while !is_gone(peer, own) {
            assert!(Instant::now() < deadline, "its socket is gone");
        }
    }
}
