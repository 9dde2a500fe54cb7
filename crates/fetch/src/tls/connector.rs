//! The trait of a TLS stack that is set up, and the connections that it makes.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;

use crate::net::AsyncStream;

/// A future that owns what it needs of `'a`.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A blocking connection, with or without TLS.
pub(crate) trait BlockingStream: Read + Write + Send + Sync {
    /// The socket beneath.
    fn socket(&self) -> &TcpStream;
}

/// One TLS stack, set up.
pub(crate) trait Tls: Send + Sync + 'static {
    /// Hands its settings to reqwest, which makes connections itself. `None`: reqwest cannot be told to use it.
    fn configure(&self, builder: reqwest::ClientBuilder) -> Option<reqwest::ClientBuilder>;

    /// Its configuration, if it is rustls: for a client that drives the state machine itself.
    fn rustls(&self) -> Option<Arc<::rustls::ClientConfig>> {
        None
    }

    /// The same settings for one slot, whose connections resume each other's sessions and no other slot's. `None`: set
    /// up to resume nothing, or unable to.
    fn for_slot(&self) -> Option<Arc<dyn Tls>> {
        None
    }

    /// Whether there is a handshake at all.
    fn secures(&self) -> bool {
        true
    }

    /// Makes the handshake with `host` over a blocking connection.
    fn connect(&self, host: &str, tcp: TcpStream) -> io::Result<Box<dyn BlockingStream>>;

    /// Makes the handshake with `host` over one that does not block.
    fn connect_async<'a>(
        &'a self,
        host: &'a str,
        tcp: Box<dyn AsyncStream>,
    ) -> Boxed<'a, io::Result<Box<dyn AsyncStream>>>;
}
