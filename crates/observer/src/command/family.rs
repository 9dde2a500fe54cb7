//! Which sockets belong to the command, or to a process that descends from it.

use std::collections::HashSet;
use std::net::SocketAddr;

pub(crate) use processes::{adopted, members, others};
use procfs::process::{FDTarget, Process};

use crate::loopback;

/// The inodes of the sockets that `pid` has open.
pub(crate) fn sockets(pid: u32) -> HashSet<u64> {
    let process = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok());
    let files = process.and_then(|process| process.fd().ok()).into_iter().flatten().flatten();
    files
        .filter_map(|file| match file.target {
            FDTarget::Socket(inode) => Some(inode),
            _ => None,
        })
        .collect()
}

/// Whether the socket at `peer` that is connected to `own` belongs to `root` or to one that descends from it, and to none of `others`.
pub(crate) fn owns_socket(root: u32, others: &[u32], peer: SocketAddr, own: SocketAddr) -> bool {
    let inodes = loopback::inodes(peer, own).unwrap_or_default();
    members(root, others).into_iter().any(|pid| {
        let open = sockets(pid);
        inodes.iter().any(|inode| open.contains(inode))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};
    use std::process::{Command, Stdio};

    #[test]
    fn a_socket_belongs_to_who_opened_it_and_to_no_other() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (peer, own) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
        assert!(owns_socket(std::process::id(), &[], peer, own));
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(!owns_socket(std::process::id(), &[], peer, elsewhere), "another may have the port, for another place");
        let mut other = Command::new("sleep").arg("10").stdin(Stdio::null()).spawn().unwrap();
        assert!(!sockets(other.id()).iter().any(|inode| sockets(std::process::id()).contains(inode)));
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
