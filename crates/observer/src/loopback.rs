//! The kernel's view of the other end of a loopback connection: which process owns it, and whether any has it still
//! open.
//!
//! When a client's direction ends, the client may be gone or may still wait for a response. No packet shows the
//! difference; it shows in whether any process still holds the client's socket. If the kernel can't be asked about a
//! single socket, its list of all sockets is searched.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use procfs::ProcError;

use crate::shared_look::{Haste, SharedLook};
use crate::socket_diag;

/// How long to wait before the first check. Most connections have ended by then.
const FIRST: Duration = Duration::from_millis(10);

/// The same before the system's list of all sockets is searched.
const FIRST_LOOK: Duration = Duration::from_millis(100);

/// The longest pause between two checks.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A socket counts as closed when this many looks in a row did not find it: a list that changes while it is read may
/// omit an entry.
const LOOKS: u32 = 2;

/// All connections of this process share the looks.
static SOCKETS: LazyLock<SharedLook<Option<Sockets>>> = LazyLock::new(|| SharedLook::new(Sockets::list));

/// The TCP sockets that processes have open: their inodes, by their own address and their peer's.
#[derive(Debug)]
struct Sockets(HashMap<(SocketAddr, SocketAddr), u64>);

impl Sockets {
    /// All sockets that the kernel lists; `None` if it can't be read.
    fn list() -> Option<Sockets> {
        let v6 = match procfs::net::tcp6() {
            // The system has no IPv6.
            Err(ProcError::NotFound(_)) => Vec::new(),
            listed => listed.ok()?,
        };
        let all = procfs::net::tcp().ok()?.into_iter().chain(v6);
        // Sockets that no process has open any more have inode 0.
        let open = all.filter(|entry| entry.inode != 0);
        Some(Sockets(open.map(|entry| (ends(entry.local_address, entry.remote_address), entry.inode)).collect()))
    }

    /// The inode of the socket at `peer` that is connected to `own`. `None` if no process has it open.
    fn inode(&self, peer: SocketAddr, own: SocketAddr) -> Option<u64> {
        self.0.get(&ends(peer, own)).copied()
    }
}

/// Both addresses of a connection in canonical form, whichever IP version a process uses for them.
fn ends(local: SocketAddr, remote: SocketAddr) -> (SocketAddr, SocketAddr) {
    let plain = |end: SocketAddr| SocketAddr::new(end.ip().to_canonical(), end.port());
    (plain(local), plain(remote))
}

/// The inode of the socket at `peer` that is connected to `own`, a socket of this process. `None` if no process has it
/// open, or the kernel does not tell.
pub(crate) async fn inode(peer: SocketAddr, own: SocketAddr) -> Option<u64> {
    if let Ok(inode) = socket_diag::inode(peer, own) {
        return inode;
    }
    for _ in 0..LOOKS {
        let listed = SOCKETS.take(Haste::AtOnce).await;
        let found = listed.as_deref().and_then(Option::as_ref).and_then(|sockets| sockets.inode(peer, own));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Returns when no process has the socket at `peer` open that is connected to `own`, a socket of this process. Never
/// returns if the kernel does not tell.
pub(crate) async fn gone(peer: SocketAddr, own: SocketAddr) {
    let mut pause = FIRST;
    loop {
        tokio::time::sleep(pause).await;
        match socket_diag::inode(peer, own) {
            Ok(Some(_)) => pause = LONGEST_PAUSE.min(2 * pause),
            Ok(None) => return,
            Err(_) => return gone_from(&SOCKETS, peer, own).await,
        }
    }
}

async fn gone_from(sockets: &SharedLook<Option<Sockets>>, peer: SocketAddr, own: SocketAddr) {
    let (mut pause, mut missed) = (FIRST_LOOK, 0);
    while missed < LOOKS {
        tokio::time::sleep(pause).await;
        let listed = sockets.take(Haste::Later).await;
        if listed.as_deref().and_then(Option::as_ref).is_some_and(|sockets| sockets.inode(peer, own).is_none()) {
            missed += 1;
        } else {
            missed = 0;
            pause = LONGEST_PAUSE.min(2 * pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Poll;
    use std::time::Instant;

    fn is_gone(peer: SocketAddr, own: SocketAddr) -> bool {
        Sockets::list().unwrap().inode(peer, own).is_none()
    }

    #[test]
    fn who_has_nothing_more_to_say_is_there_and_who_closed_is_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, peer) = listener.accept().unwrap();
        let own = stream.local_addr().unwrap();
        assert!(!is_gone(peer, own));
        client.shutdown(Shutdown::Write).unwrap();
        assert!(!is_gone(peer, own), "it waits for its response");
        drop(client);
        let deadline = Instant::now() + Duration::from_secs(5);
        while !is_gone(peer, own) {
            assert!(Instant::now() < deadline, "its socket is gone");
        }
    }

    #[test]
    fn clients_that_are_gone_together_are_found_by_the_same_looks() {
        const CLIENTS: usize = 200;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let accepted: Vec<TcpStream> = (0..CLIENTS)
            .map(|_| {
                let _client = TcpStream::connect(address).unwrap();
                listener.accept().unwrap().0
            })
            .collect();
        let taken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&taken);
        let sockets = SharedLook::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Sockets::list()
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let all = accepted.iter().map(|stream| gone_from(&sockets, stream.peer_addr().unwrap(), address));
            let mut all: Vec<_> = all.map(Box::pin).collect();
            std::future::poll_fn(|context| {
                all.retain_mut(|gone| gone.as_mut().poll(context).is_pending());
                if all.is_empty() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        });
        let taken = taken.load(Ordering::Relaxed);
        assert!((LOOKS as usize..CLIENTS / 4).contains(&taken), "{taken} looks for {CLIENTS} clients");
    }
}
