//! A connection in memory: two endpoints that take turns, and the time each uses.
//!
//! What an endpoint does with the bytes is for [`crate::stack`].

use crate::clock::timed;
use crate::negotiated::Negotiated;
use crate::{Error, Link, Pair, Side, Times};

/// Plaintext that is passed at a time, bytes: four TLS records of the largest size (RFC 8446 §5.1).
const FLIGHT: usize = 64 << 10;

/// A library with its configuration, which makes the endpoints.
pub(crate) trait Library: Send {
    type End: End + 'static;

    /// A client's endpoint, which has sent nothing yet.
    fn client(&self) -> Result<Self::End, Error>;

    /// A server's endpoint.
    fn server(&self) -> Result<Self::End, Error>;
}

/// One endpoint of a connection.
pub(crate) trait End: Send {
    /// Reads all of `incoming`, makes as much progress as that allows, and appends its output to `outgoing`.
    fn advance(&mut self, incoming: &mut Vec<u8>, outgoing: &mut Vec<u8>) -> Result<(), Error>;

    /// Whether the handshake is complete for this endpoint.
    fn is_established(&self) -> bool;

    /// What was negotiated. `answer` is the server's first flight, for libraries that do not report everything.
    fn negotiated(&self, answer: &[u8]) -> Negotiated;

    /// Encrypts `plain`.
    fn send(&mut self, plain: &[u8], outgoing: &mut Vec<u8>) -> Result<(), Error>;

    /// Reads and decrypts all of `incoming` into `plain`; returns the number of plaintext bytes.
    fn receive(&mut self, incoming: &mut Vec<u8>, plain: &mut [u8]) -> Result<usize, Error>;

    /// Called when the connection ends without error: its session can still be resumed.
    fn close(&mut self) {}
}

/// A library's client and server, and the parameters that each of their handshakes must have.
pub(crate) struct Memory<L> {
    library: L,
    wanted: Negotiated,
}

impl<L: Library> Memory<L> {
    pub(crate) fn new(library: L, wanted: Negotiated) -> Memory<L> {
        Memory { library, wanted }
    }

    /// Makes a handshake of either kind, as the one to resume from.
    pub(crate) fn prime(&self) -> Result<(), Error> {
        connect(&self.library).map(|_| ())
    }

    /// The group as the client reports it, and as it was on the wire.
    #[cfg(test)]
    pub(crate) fn groups(&self) -> Result<(Option<params::Group>, Option<params::Group>), Error> {
        let (connection, _) = connect(&self.library)?;
        Ok((connection.client.negotiated(&connection.answer).group, crate::group_on_wire::group(&connection.answer)))
    }

    /// Makes a handshake and checks its parameters.
    fn proved(&self) -> Result<(Connection<L::End>, Times), Error> {
        let (connection, times) = connect(&self.library)?;
        self.wanted.demand(Side::Client, &connection.client.negotiated(&connection.answer))?;
        self.wanted.demand(Side::Server, &connection.server.negotiated(&connection.answer))?;
        Ok((connection, times))
    }
}

impl<L: Library> Pair for Memory<L> {
    fn handshake(&mut self) -> Result<Times, Error> {
        self.proved().map(|(_, times)| times)
    }

    fn link(&mut self) -> Result<Box<dyn Link>, Error> {
        self.proved().map(|(connection, _)| Box::new(connection) as Box<dyn Link>)
    }
}

/// Both endpoints, and the bytes on their way to the client.
struct Connection<E: End> {
    client: E,
    server: E,
    /// The server's first flight.
    answer: Vec<u8>,
    to_client: Vec<u8>,
    received: Vec<u8>,
}

/// Makes a handshake of either kind.
fn connect<L: Library>(library: &L) -> Result<(Connection<L::End>, Times), Error> {
    let mut times = Times::default();
    let (mut to_client, mut to_server) = (Vec::with_capacity(FLIGHT), Vec::with_capacity(FLIGHT));
    let mut client = timed(&mut times.client_ns, || {
        let mut client = library.client()?;
        client.advance(&mut to_client, &mut to_server).map(|()| client)
    })?;
    let mut server = timed(&mut times.server_ns, || {
        let mut server = library.server()?;
        server.advance(&mut to_server, &mut to_client).map(|()| server)
    })?;
    let answer = to_client.clone();
    while !(to_client.is_empty() && to_server.is_empty()) {
        if !to_client.is_empty() {
            timed(&mut times.client_ns, || client.advance(&mut to_client, &mut to_server))?;
        }
        if !to_server.is_empty() {
            timed(&mut times.server_ns, || server.advance(&mut to_server, &mut to_client))?;
        }
    }
    for (side, end) in [(Side::Client, &client), (Side::Server, &server)] {
        if !end.is_established() {
            return Err(Error::Halted { waiting: side });
        }
    }
    Ok((Connection { client, server, answer, to_client, received: Vec::new() }, times))
}

impl<E: End> Link for Connection<E> {
    fn transfer(&mut self, bytes: &[u8]) -> Result<Times, Error> {
        let mut times = Times::default();
        self.received.clear();
        self.received.resize(bytes.len(), 0);
        let mut got = 0;
        for flight in bytes.chunks(FLIGHT) {
            timed(&mut times.server_ns, || self.server.send(flight, &mut self.to_client))?;
            let plain = self.received.get_mut(got..).unwrap_or_default();
            got += timed(&mut times.client_ns, || self.client.receive(&mut self.to_client, plain))?;
        }
        match got == bytes.len() && self.received == bytes {
            true => Ok(times),
            false => Err(Error::Mangled { sent: bytes.len(), got }),
        }
    }
}

impl<E: End> Drop for Connection<E> {
    fn drop(&mut self) {
        self.client.close();
        self.server.close();
    }
}
