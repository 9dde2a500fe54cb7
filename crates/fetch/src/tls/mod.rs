//! TLS stacks: who turns a TCP connection into a secure one. One file each.
//!
//! All verify the server against the same trust store and offer the groups that the trial names where they can be told.
//! When they are set up, and for whom, is the recipe's ([`Recipe`]). What was negotiated is proved by the origin's
//! ledger, not here.

pub(crate) mod native_tls;
pub(crate) mod openssl;
mod openssl_session;
pub(crate) mod plain;
mod recipe;
pub(crate) mod rustls;
pub(crate) mod rustls_ring;
mod stack;
mod swallow;
mod trust;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;

pub(crate) use recipe::{Recipe, SlotTls};
pub(crate) use stack::{Backend, Need, Stack};
pub(crate) use trust::TrustStore;
use workload::TlsVersion;

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

/// What a TLS stack is told.
#[derive(Clone, Copy)]
pub(crate) struct TlsSettings<'a> {
    /// The roots to trust, and no others.
    pub(crate) trust: &'a TrustStore,
    /// Groups to offer, by their names in the ledger.
    pub(crate) groups: &'a [String],
    /// The version that the origin is pinned to. Clients offer 1.2 and 1.3 whatever it is, but a hello that leads to
    /// 1.2 must say more.
    pub(crate) version: TlsVersion,
    /// What becomes of sessions.
    pub(crate) sessions: Sessions,
}

/// What becomes of a session when its connection has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sessions {
    /// It is forgotten: every handshake is a full one.
    Forgotten,
    /// Each slot keeps its own ([`Tls::for_slot`]).
    BySlot,
}
