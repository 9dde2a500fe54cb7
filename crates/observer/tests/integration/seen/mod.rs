//! A proxy in this process, and what it saw.
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use observation::{Kept, Recorder};
use observer::{Allowed, Proxy, Upstream};

/// A proxy, and what it sees.
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

    /// Asks for a tunnel; the connection, and the first line of the answer.
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

    pub(crate) fn finish(self) -> Kept {
        // What the other side of a closed connection still has to say comes within a round trip of loopback.
        std::thread::sleep(Duration::from_millis(50));
        self.recorder.end(measure::clock::now_ns());
        drop(self.proxy);
        self.recorder.finish()
    }
}

/// Waits until the other side of `client`'s connection, which the client has closed, is closed too: it is in CLOSE_WAIT
/// (08) until then (proc_pid_net(5)). Fails after 20 s, well short of any time limit on connecting.
pub(crate) fn wait_until_hung_up_on(client: SocketAddr) {
    let remote = format!(":{:04X}", client.port());
    let waits = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields.get(2).is_some_and(|field| field.ends_with(&remote)) && fields.get(3) == Some(&"08")
    };
    let until = Instant::now() + Duration::from_secs(20);
    while std::fs::read_to_string("/proc/net/tcp").unwrap().lines().any(waits) {
        assert!(Instant::now() < until, "nobody hung up on {client}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A server of one connection.
pub(crate) fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (address, std::thread::spawn(move || serve(listener.accept().unwrap().0)))
}

/// An address that lets who comes wait, as long as what comes with it is kept: its queue is full.
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
