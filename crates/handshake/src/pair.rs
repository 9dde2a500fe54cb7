//! The public interface of a configured stack: a client and a server that make handshakes with each other.

use crate::Error;

/// The CPU time of each side, ns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// The client.
    pub client_ns: u64,
    /// The server.
    pub server_ns: u64,
}

/// A client and a server of one stack, configured for one [`crate::Case`].
pub trait Pair: Send {
    /// Makes one handshake. It is timed from the making of each end's connection object until both ends are done;
    /// checking what came of it, and freeing it, is not.
    ///
    /// Both ends must report the version, kind, suite and group of the case. The server sends no tickets in a full
    /// handshake, like the origin. In a resumed one of TLS 1.3 it sends one, which the next handshake resumes: sending
    /// and reading it is inside the figure, since whoever resumes pays it on every connection.
    ///
    /// # Errors
    /// When the handshake fails, or is another than asked for.
    fn handshake(&mut self) -> Result<Times, Error>;

    /// Makes one handshake and keeps the connection.
    ///
    /// # Errors
    /// As [`Pair::handshake`].
    fn link(&mut self) -> Result<Box<dyn Link>, Error>;
}

/// An established connection.
pub trait Link: Send {
    /// Sends `bytes` from server to client, and checks that they arrive. The server's time is that of encrypting them,
    /// the client's that of decrypting them into one piece of memory. They pass in flights of 64 KiB, about what
    /// socket buffers hold.
    ///
    /// # Errors
    /// When an end gives up, or other bytes arrive.
    fn transfer(&mut self, bytes: &[u8]) -> Result<Times, Error>;
}
