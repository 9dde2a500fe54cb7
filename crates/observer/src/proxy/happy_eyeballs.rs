//! Connects to the first of a host's addresses that responds: "Happy Eyeballs" (RFC 8305). A dead address then costs a
//! quarter of a second, not the minutes after which the kernel gives up.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::open_files;

/// The time from the start of one attempt to the start of the next (RFC 8305 §5, "Connection Attempt Delay").
const NEXT_AFTER: Duration = Duration::from_millis(250);

/// Returns the first connection that any of `addresses` accepts, and cancels the other attempts. If all fail, returns
/// the error of the attempt that failed last.
pub(super) async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    // A single address is the usual case, and needs no task.
    if let [only] = addresses {
        return attempt(*only).await;
    }
    let mut left = alternating(addresses).into_iter();
    let mut attempts = JoinSet::new();
    let mut failure = io::Error::new(io::ErrorKind::AddrNotAvailable, "the host has no address");
    loop {
        if let Some(address) = left.next() {
            attempts.spawn(attempt(address));
        }
        let ended = if left.len() == 0 {
            attempts.join_next().await
        } else {
            match timeout(NEXT_AFTER, attempts.join_next()).await {
                Ok(ended) => ended,
                Err(_) => continue,
            }
        };
        match ended {
            Some(Ok(Ok(stream))) => return Ok(stream),
            Some(Ok(Err(error))) => failure = error,
            Some(Err(ended)) => failure = io::Error::other(ended),
            None => return Err(failure),
        }
    }
}

async fn attempt(address: SocketAddr) -> io::Result<TcpStream> {
    open_files::with_files(|| TcpStream::connect(address)).await
}

/// The addresses in the resolver's order, but with the address families alternating (RFC 8305 §4).
fn alternating(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let preferred = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.iter().copied().partition(|address| address.is_ipv6() == preferred);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut all = Vec::with_capacity(addresses.len());
    while all.len() < addresses.len() {
        all.extend(first.next());
        all.extend(second.next());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::time::Instant;

    use fixtures::RefusingPort;

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    /// A loopback address whose queue is full, so that connecting to it waits as long as the second value exists.
    fn silent() -> (SocketAddr, (socket2::Socket, Vec<std::net::TcpStream>)) {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(0).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        let mut queued = Vec::new();
        while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
            queued.push(stream);
            assert!(queued.len() < 100, "a queue of no length takes no end of connections");
        }
        (address, (socket, queued))
    }

    #[test]
    fn a_dead_address_costs_a_quarter_of_a_second() {
        let (dead, _full) = silent();
        let alive = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = alive.local_addr().unwrap();
        let begun = Instant::now();
        let stream = run(connect(&[dead, address])).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        assert!(begun.elapsed() >= NEXT_AFTER, "the next begins no sooner: {:?}", begun.elapsed());
        assert!(begun.elapsed() < 40 * NEXT_AFTER, "the kernel gives up after minutes: {:?}", begun.elapsed());
    }

    #[test]
    fn one_that_refuses_is_passed_over_and_all_that_refuse_are_an_error() {
        let refusing_port = RefusingPort::take();
        let refusing = refusing_port.addr();
        let alive = TcpListener::bind("127.0.0.1:0").unwrap();
        run(connect(&[refusing, alive.local_addr().unwrap()])).unwrap();
        let error = run(connect(&[refusing, refusing])).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert!(run(connect(&[])).unwrap_err().to_string().contains("no address"));
    }

    #[test]
    fn families_take_turns_and_the_resolvers_first_begins() {
        let all = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"].map(|text| text.parse().unwrap());
        let order: Vec<String> = alternating(&all).iter().map(SocketAddr::to_string).collect();
        assert_eq!(order, ["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"]);
    }
}
