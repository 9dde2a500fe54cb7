//! A proxy in this process, and what it records.
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use observation::{Recorder, Recording};
use observer::{Allowed, Proxy, Upstream};

/// A proxy and its recorder.
pub(crate) struct Seen {
    pub(crate) proxy: Proxy,
    pub(crate) recorder: Recorder,
}

impl Seen {
    pub(crate) fn start(mappings: &[&str]) -> Seen {
        let recorder = Recorder::default();
        recorder.begin(measure::clock::now_ns());
        let mappings = mappings.iter().map(|text| text.parse().unwrap()).collect();
        Seen {
            proxy: Proxy::start(mappings, Allowed::default(), Upstream::default(), recorder.clone()).unwrap(),
            recorder,
        }
    }

    pub(crate) fn authorization(&self) -> String {
        let (user, password) = self.proxy.credentials();
        format!("Proxy-Authorization: Basic {}\r\n", BASE64_STANDARD.encode(format!("{user}:{password}")))
    }

    /// Requests a tunnel. Returns the connection and the first line of the response.
    pub(crate) fn tunnel(&self, host: &str) -> (TcpStream, String) {
        self.ask(&format!("CONNECT {host} HTTP/1.1\r\n{}\r\n", self.authorization()))
    }

    pub(crate) fn ask(&self, head: &str) -> (TcpStream, String) {
        let mut stream = TcpStream::connect(self.proxy.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).unwrap() == 0 {
                break;
            }
            answer.push(byte[0]);
        }
        let answer = String::from_utf8(answer).unwrap();
        (stream, answer.lines().next().unwrap_or_default().to_owned())
    }

    pub(crate) fn finish(self) -> Recording {
        // What the other side of a closed connection still sends arrives within a round trip of loopback.
        std::thread::sleep(Duration::from_millis(50));
        self.recorder.end(measure::clock::now_ns());
        drop(self.proxy);
        self.recorder.finish()
    }
}

/// Waits until the other side of `client`'s connection, which the client has closed, is closed too: it is in CLOSE_WAIT
/// until then.
pub(crate) fn wait_until_hung_up_on(client: SocketAddr) {
    wait_until("nobody hung up on the client", || !has_socket_to(client, |socket| socket.state == CLOSE_WAIT));
}

/// Waits until somebody connects to `server`, which does not accept: that socket is in SYN_SENT.
pub(crate) fn wait_until_connected_to(server: SocketAddr) {
    wait_until("nobody connects to the server", || has_socket_to(server, |socket| socket.state == SYN_SENT));
}

/// Waits until the connection of `client` is accepted: until then its other side belongs to no process, and its inode
/// is 0.
pub(crate) fn wait_until_accepted(client: SocketAddr) {
    wait_until("nobody accepts the client", || has_socket_to(client, |socket| socket.inode != "0"));
}

/// A socket, as proc_pid_net(5) writes it.
struct Socket<'a> {
    state: &'a str,
    inode: &'a str,
}

const SYN_SENT: &str = "02";
const CLOSE_WAIT: &str = "08";

/// Whether this machine has such a socket whose peer is `remote`.
fn has_socket_to(remote: SocketAddr, is_such: impl Fn(Socket<'_>) -> bool) -> bool {
    let remote = format!(":{:04X}", remote.port());
    std::fs::read_to_string("/proc/net/tcp").unwrap().lines().skip(1).any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields[2].ends_with(&remote) && is_such(Socket { state: fields[3], inode: fields[9] })
    })
}

/// Waits for `done`. Fails after 20 s, well short of any time limit on connecting.
fn wait_until(what: &str, done: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A server that accepts one connection.
pub(crate) fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (address, std::thread::spawn(move || serve(listener.accept().unwrap().0)))
}

/// An address whose queue is full, so that connecting to it waits as long as the second value exists.
pub(crate) fn full() -> (SocketAddr, (socket2::Socket, Vec<TcpStream>)) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
        queued.push(stream);
    }
    (address, (socket, queued))
}
