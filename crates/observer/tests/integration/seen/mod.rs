//! A proxy in this process, and what it saw.
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

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
