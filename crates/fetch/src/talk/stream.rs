//! One connection: rustls as a state machine over a socket that never blocks by itself; each operation waits as the
//! stage prescribes.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::sync::Arc;

use measure::trace::{Step, Tracer};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rustls::{ClientConfig, ClientConnection};
use rustls_pki_types::ServerName;
use socket2::{Domain, Type};
use tokio::io::Interest;

use super::ways::{Way, Ways};

/// Size of a read, bytes.
const CHUNK: usize = 4096;

/// The request that a connection serves, in the trace.
#[derive(Clone, Copy)]
pub(super) struct Lane<'a> {
    /// `None`: the steps are not traced.
    pub(super) tracer: Option<&'a Tracer>,
    pub(super) request: u64,
}

impl Lane<'_> {
    pub(super) fn note(&self, step: Step) {
        if let Some(tracer) = self.tracer {
            tracer.note(self.request, step);
        }
    }
}

/// The connection of one request.
pub(super) struct Stream<'a> {
    /// The socket, registered with the reactor.
    socket: tokio::net::TcpStream,
    /// The same socket, for operations that bypass the reactor: it does not try what it does not know to be ready.
    raw: TcpStream,
    tls: Option<Box<ClientConnection>>,
    ways: Ways,
    lane: Lane<'a>,
}

impl<'a> Stream<'a> {
    /// Opens the TCP connection. It is traced as established when that happens, not when its task is polled again:
    /// during the time between, other tasks held the thread.
    pub(super) async fn connect(addr: SocketAddr, ways: Ways, lane: Lane<'a>) -> io::Result<Stream<'a>> {
        let socket = socket2::Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        let begun = socket.connect(&addr.into());
        let raw = TcpStream::from(socket);
        let socket = tokio::net::TcpStream::from_std(raw.try_clone()?)?;
        let stream = Stream { socket, raw, tls: None, ways, lane };
        let stands = match begun {
            Ok(()) => true,
            // Over loopback the connection is established by now, even if the task is only told later.
            Err(error) if error.raw_os_error() == Some(Errno::EINPROGRESS as i32) => {
                poll(&mut [PollFd::new(stream.raw.as_fd(), PollFlags::POLLOUT)], PollTimeout::ZERO)? > 0
            }
            Err(error) => return Err(error),
        };
        if stands {
            lane.note(Step::Opened);
        }
        stream.wait(ways.socket, Interest::WRITABLE).await?;
        if let Some(error) = stream.raw.take_error()? {
            return Err(error);
        }
        if !stands {
            lane.note(Step::Opened);
        }
        Ok(stream)
    }

    /// Makes the TLS handshake with `host`.
    pub(super) async fn handshake(&mut self, config: &Arc<ClientConfig>, host: &str) -> io::Result<()> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let mut tls = Box::new(ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?);
        while tls.is_handshaking() {
            if tls.wants_write() {
                self.flush(&mut tls, self.ways.handshake).await?;
            } else {
                self.fill(&mut tls, self.ways.handshake).await?;
            }
        }
        // Sends the client's last flight.
        self.flush(&mut tls, self.ways.handshake).await?;
        self.tls = Some(tls);
        Ok(())
    }

    /// Sends all bytes.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.tls.take() {
            Some(mut tls) => {
                tls.writer().write_all(bytes)?;
                let sent = self.flush(&mut tls, self.ways.send).await;
                self.tls = Some(tls);
                sent
            }
            None => {
                let mut rest = bytes;
                while !rest.is_empty() {
                    let write = |mut raw: &TcpStream| raw.write(rest);
                    let count = self.operate(self.ways.socket, Interest::WRITABLE, write).await?;
                    rest = &rest[count..];
                }
                Ok(())
            }
        }
    }

    /// The next bytes, in a buffer of the connection's; empty at the end.
    pub(super) async fn recv(&mut self) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; CHUNK];
        let count = self.read(&mut buffer, self.ways.recv).await?;
        buffer.truncate(count);
        Ok(buffer)
    }

    /// Reads the next bytes into a buffer of the caller's and returns their number; 0 at the end.
    pub(super) async fn recv_into(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read(buffer, self.ways.recv_into).await
    }

    async fn read(&mut self, buffer: &mut [u8], way: Way) -> io::Result<usize> {
        let Some(mut tls) = self.tls.take() else {
            let read = |mut raw: &TcpStream| raw.read(buffer);
            return self.operate(self.ways.socket, Interest::READABLE, read).await;
        };
        let count = loop {
            match tls.reader().read(buffer) {
                Ok(count) => break Ok(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => match self.fill(&mut tls, way).await {
                    Ok(()) => {}
                    Err(error) => break Err(error),
                },
                Err(error) => break Err(error),
            }
        };
        self.tls = Some(tls);
        count
    }

    /// Writes the pending output of the state machine.
    async fn flush(&self, tls: &mut ClientConnection, way: Way) -> io::Result<()> {
        while tls.wants_write() {
            self.operate(way, Interest::WRITABLE, |mut raw| tls.write_tls(&mut raw)).await?;
        }
        Ok(())
    }

    /// Reads what the server has sent, and passes it to the state machine.
    async fn fill(&self, tls: &mut ClientConnection, way: Way) -> io::Result<()> {
        let count = self.operate(way, Interest::READABLE, |mut raw| tls.read_tls(&mut raw)).await?;
        if count == 0 && tls.is_handshaking() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if let Err(error) = tls.process_new_packets() {
            // Sends the alert that gives the reason.
            let _ = tls.write_tls(&mut &self.raw);
            return Err(io::Error::other(error));
        }
        Ok(())
    }

    /// Performs one operation on the socket, waiting as `way` prescribes until it is possible.
    async fn operate<T>(
        &self,
        way: Way,
        interest: Interest,
        mut operation: impl FnMut(&TcpStream) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            let done = match way {
                Way::Hold => operation(&self.raw),
                // Through the reactor, so that it learns when the socket was not ready after all.
                Way::Yield => self.socket.try_io(interest, || operation(&self.raw)),
            };
            match done {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait(way, interest).await?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                done => return done,
            }
        }
    }

    async fn wait(&self, way: Way, interest: Interest) -> io::Result<()> {
        match way {
            Way::Hold => {
                self.lane.note(Step::Hold);
                let ready = hold(&self.raw, interest);
                self.lane.note(Step::Released);
                ready
            }
            Way::Yield => {
                self.lane.note(Step::Parked);
                let ready = self.socket.ready(interest).await.map(drop);
                self.lane.note(Step::Resumed);
                ready
            }
        }
    }
}

/// Holds the thread until the socket is ready.
fn hold(socket: &TcpStream, interest: Interest) -> io::Result<()> {
    let flags = if interest.is_readable() { PollFlags::POLLIN } else { PollFlags::POLLOUT };
    loop {
        match poll(&mut [PollFd::new(socket.as_fd(), flags)], PollTimeout::NONE) {
            Err(Errno::EINTR) => {}
            other => return other.map(drop).map_err(io::Error::from),
        }
    }
}
