//! The other end of a connection over loopback, as the kernel lists it.

use std::net::SocketAddr;

use procfs::ProcError;
use procfs::net::TcpNetEntry;

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
