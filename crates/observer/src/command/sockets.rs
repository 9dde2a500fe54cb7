//! Finds connections of the command that bypass the observer: they show that a program ignores the proxy, or uses QUIC.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use observation::{Direct, NO_PEER};
use procfs::net::TcpState;

use super::process_tree;

/// The most addresses that are counted.
const MOST: usize = 64;

/// The address that is counted for sockets that are not connected to a peer.
const UNNAMED: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// The connections that have been seen so far.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    met: BTreeMap<(SocketAddr, bool), u64>,
}

impl Sockets {
    /// Lists the sockets of these processes. Connections to `observers`, and those to port 53 (DNS), are skipped.
    pub(super) fn look(&mut self, members: &[u32], observers: &[SocketAddr]) {
        let own = process_tree::sockets(members);
        if own.is_empty() {
            return;
        }
        let tcp = procfs::net::tcp().into_iter().flatten().chain(procfs::net::tcp6().into_iter().flatten());
        let tcp = tcp.filter(|entry| matches!(entry.state, TcpState::Established | TcpState::SynSent));
        let tcp = tcp.map(|entry| (entry.inode, entry.remote_address, false));
        let udp = procfs::net::udp().into_iter().flatten().chain(procfs::net::udp6().into_iter().flatten());
        let udp = udp.map(|entry| (entry.inode, entry.remote_address, true));
        // A list that changes while it is read may contain an entry twice.
        let all: BTreeSet<(u64, SocketAddr, bool)> = tcp.chain(udp).filter(|(inode, ..)| own.contains(inode)).collect();
        for (_, address, udp) in all {
            let address = match address.port() {
                0 => UNNAMED,
                port => SocketAddr::new(address.ip().to_canonical(), port),
            };
            if address.port() == 53 || observers.contains(&address) {
                continue;
            }
            if self.met.len() < MOST || self.met.contains_key(&(address, udp)) {
                *self.met.entry((address, udp)).or_default() += 1;
            }
        }
    }

    /// All connections that have been seen.
    pub(super) fn finish(self) -> Vec<Direct> {
        let direct = |((address, udp), met): ((SocketAddr, bool), u64)| {
            let address = if address == UNNAMED { NO_PEER.to_owned() } else { address.to_string() };
            Direct { address, udp, met }
        };
        self.met.into_iter().map(direct).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream, UdpSocket};

    #[test]
    fn what_does_not_come_by_the_observer_is_met() {
        let (listener, observer) =
            (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let (past, by) = (listener.local_addr().unwrap(), observer.local_addr().unwrap());
        let _streams = (TcpStream::connect(past).unwrap(), TcpStream::connect(by).unwrap());
        let quic = UdpSocket::bind("127.0.0.1:0").unwrap();
        quic.connect("127.0.0.1:443").unwrap();
        let _quic_of_libraries = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut sockets = Sockets::default();
        sockets.look(&[std::process::id()], &[by]);
        sockets.look(&[std::process::id()], &[by]);
        let all = sockets.finish();
        let of = |address: &str| all.iter().find(|direct| direct.address == address);
        assert_eq!(of(&past.to_string()).map(|direct| (direct.udp, direct.met)), Some((false, 2)));
        assert_eq!(of("127.0.0.1:443").map(|direct| direct.udp), Some(true));
        assert_eq!(of(NO_PEER).map(|direct| direct.udp), Some(true));
        assert!(of(&by.to_string()).is_none());
    }
}
