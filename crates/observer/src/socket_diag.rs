//! Asks the kernel about one TCP socket (sock_diag(7)), which it looks up by both addresses. That takes no longer with
//! ten thousand connections than with one.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, OnceLock, PoisonError};

use netlink_packet_core::{NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP};
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, SocketId, StateFlags};
use netlink_sys::Socket;
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use nix::errno::Errno;
use nix::sys::socket::MsgFlags;

/// A buffer size that suffices for a response about one socket, bytes.
const ANSWER: usize = 4_096;

/// The netlink socket of this process, opened by the first request; `None` if the kernel does not respond.
static DIAG_SOCKET: OnceLock<Option<Mutex<DiagSocket>>> = OnceLock::new();

/// A netlink socket, and the sequence number of the last request.
struct DiagSocket {
    socket: Socket,
    number: u32,
}

/// The inode of the TCP socket at `local` that is connected to `remote`; `None` if no process has it open.
///
/// # Errors
/// The kernel has no inet_diag, or this process may not use it.
pub(crate) fn inode(local: SocketAddr, remote: SocketAddr) -> io::Result<Option<u64>> {
    let diag = DIAG_SOCKET.get_or_init(|| DiagSocket::of_one_that_answers().ok().map(Mutex::new));
    let diag = diag.as_ref().ok_or(io::ErrorKind::Unsupported)?;
    diag.lock().unwrap_or_else(PoisonError::into_inner).ask(local, remote)
}

impl DiagSocket {
    /// Opens a socket and checks that it works: a kernel without inet_diag reports every socket as missing, so the
    /// first request is about one that exists.
    fn of_one_that_answers() -> io::Result<DiagSocket> {
        let mut diag = DiagSocket { socket: Socket::new(NETLINK_SOCK_DIAG)?, number: 0 };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let client = TcpStream::connect(listener.local_addr()?)?;
        let found = diag.ask(client.local_addr()?, client.peer_addr()?)?;
        found.map(|_| diag).ok_or_else(|| io::ErrorKind::Unsupported.into())
    }

    fn ask(&mut self, local: SocketAddr, remote: SocketAddr) -> io::Result<Option<u64>> {
        self.number = self.number.wrapping_add(1);
        self.socket.send(&request(local, remote, self.number), 0)?;
        loop {
            let mut response = Vec::with_capacity(ANSWER);
            // The kernel has queued the response during `send`.
            self.socket.recv(&mut response, MsgFlags::MSG_DONTWAIT.bits())?;
            let response = NetlinkMessage::<SockDiagMessage>::deserialize(&response).map_err(io::Error::other)?;
            // A late response to an earlier request is skipped.
            if response.header.sequence_number == self.number {
                return found(response.payload);
            }
        }
    }
}

fn found(response: NetlinkPayload<SockDiagMessage>) -> io::Result<Option<u64>> {
    match response {
        // A socket that no process has open any more has inode 0.
        NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(found)) => {
            Ok(Some(found.header.inode.into()).filter(|inode| *inode != 0))
        }
        NetlinkPayload::Error(error) if error.raw_code() == -(Errno::ENOENT as i32) => Ok(None),
        NetlinkPayload::Error(error) => Err(error.to_io()),
        other => Err(io::Error::other(format!("sock_diag responded {other:?}"))),
    }
}

/// Request `number`, as bytes.
fn request(local: SocketAddr, remote: SocketAddr, number: u32) -> Vec<u8> {
    // The kernel finds an IPv6 socket that is connected over IPv4 by its IPv4 addresses.
    let (source, destination) = (local.ip().to_canonical(), remote.ip().to_canonical());
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST;
    header.sequence_number = number;
    let request = InetRequest {
        family: if source.is_ipv4() { AF_INET } else { AF_INET6 },
        protocol: IPPROTO_TCP,
        extensions: ExtensionFlags::empty(),
        states: StateFlags::all(),
        socket_id: SocketId {
            source_port: local.port(),
            destination_port: remote.port(),
            source_address: source,
            destination_address: destination,
            interface_id: 0,
            // Any: INET_DIAG_NOCOOKIE.
            cookie: [0xff; 8],
        },
    };
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Shutdown;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn a_socket_is_found_while_a_process_has_it_open_and_never_after() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (accepted, peer) = listener.accept().unwrap();
            let own = accepted.local_addr().unwrap();
            let inode_of = std::fs::metadata(format!("/proc/self/fd/{}", client.as_raw_fd())).unwrap().ino();
            assert_eq!(inode(peer, own).unwrap(), Some(inode_of), "{address}");
            client.shutdown(Shutdown::Write).unwrap();
            assert_eq!(inode(peer, own).unwrap(), Some(inode_of), "it waits for its response");
            drop(client);
            assert_eq!(inode(peer, own).unwrap(), None);
            drop(accepted);
            assert_eq!(inode(peer, own).unwrap(), None);
        }
    }

    #[test]
    fn a_client_that_speaks_ipv4_by_a_socket_of_ipv6_is_found() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let Ok(_client) = TcpStream::connect(format!("[::ffff:127.0.0.1]:{port}")) else { return };
        let (accepted, peer) = listener.accept().unwrap();
        assert!(inode(peer, accepted.local_addr().unwrap()).unwrap().is_some());
    }
}
