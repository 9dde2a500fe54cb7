//! TLS stacks: who turns a TCP connection into a secure one. One file each.
//!
//! All verify the server against the same trust store, offer the groups that the trial names where they can be told,
//! and resume nothing. What was negotiated is proved by the origin's ledger, not here.

pub(crate) mod native_tls;
pub(crate) mod plain;
pub(crate) mod rustls;
mod trust;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;

pub(crate) use trust::TrustStore;

use crate::net::AsyncStream;

/// A future that owns what it needs of `'a`.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A blocking connection, with or without TLS.
pub(crate) trait BlockingStream: Read + Write + Send + Sync {
    /// The socket beneath.
    fn socket(&self) -> &TcpStream;
}

/// A TLS stack as libraries that bring their own glue to it call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    None,
    Rustls,
    NativeTls,
}

/// One TLS stack, set up for a trial.
pub(crate) trait Tls: Send + Sync + 'static {
    /// Which it is, for libraries that bring their own glue to it.
    fn backend(&self) -> Backend;

    /// Hands its settings to reqwest, which makes connections itself.
    fn configure(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder;

    /// Its configuration, if it is rustls: for a client that drives the state machine itself.
    fn rustls(&self) -> Option<Arc<::rustls::ClientConfig>> {
        None
    }

    /// Whether there is a handshake at all.
    fn secures(&self) -> bool {
        self.backend() != Backend::None
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

/// What a TLS stack is told.
#[derive(Clone, Copy)]
pub(crate) struct TlsSettings<'a> {
    /// The roots to trust, and no others.
    pub(crate) trust: &'a TrustStore,
    /// Groups to offer, by their names in the ledger.
    pub(crate) groups: &'a [String],
}
