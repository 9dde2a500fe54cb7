//! Selects which of a stack's two handshake methods a connection uses, by the type of its box.

use std::io;

use super::connector::Tls;
use crate::stream::{LocalStream, SendStream, Stream};

/// A connection that a TLS stack can secure; the secured one has the same type.
pub(crate) trait Secure: Stream + Sized {
    /// Makes the handshake with `host`.
    fn secure(self, tls: &dyn Tls, host: &str) -> impl Future<Output = io::Result<Self>>;
}

impl Secure for SendStream {
    async fn secure(self, tls: &dyn Tls, host: &str) -> io::Result<SendStream> {
        tls.connect_async(host, self).await
    }
}

impl Secure for LocalStream {
    async fn secure(self, tls: &dyn Tls, host: &str) -> io::Result<LocalStream> {
        tls.connect_local(host, self).await
    }
}
