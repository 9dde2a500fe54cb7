//! A TCP connection without blocking: the one thing in which the async runtimes differ for a client.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};
use workload::catalog::Charged;
use workload::charged;

/// What the bill charges this module to.
pub(crate) const SYMBOLS: Charged = charged!(Runtime);

/// Bytes both ways: what TLS stacks and HTTP clients ask of a connection, whatever runtime it comes from.
pub(crate) trait AsyncStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> AsyncStream for T {}

/// Opens TCP connections on one runtime.
pub(crate) trait Net: Send + 'static {
    /// A connection to `addr`, Nagle's algorithm off.
    fn connect(addr: SocketAddr) -> impl Future<Output = io::Result<Box<dyn AsyncStream>>> + Send;
}

/// TCP by tokio's reactor.
pub(crate) struct TokioNet;

impl Net for TokioNet {
    async fn connect(addr: SocketAddr) -> io::Result<Box<dyn AsyncStream>> {
        let stream = tokio::net::TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}
