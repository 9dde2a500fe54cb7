//! No TLS: what the others are compared with.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use super::{BlockingStream, Boxed, Tls, TlsSettings};
use crate::PrepareError;
use crate::net::AsyncStream;

/// The connection as it is.
pub(crate) struct Plain;

/// Sets the stack up.
pub(crate) fn build(_settings: TlsSettings<'_>) -> Result<Arc<dyn Tls>, PrepareError> {
    Ok(Arc::new(Plain))
}

impl BlockingStream for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Tls for Plain {
    fn secures(&self) -> bool {
        false
    }

    fn configure(&self, builder: reqwest::ClientBuilder) -> Option<reqwest::ClientBuilder> {
        Some(builder)
    }

    fn connect(&self, _host: &str, tcp: TcpStream) -> io::Result<Box<dyn BlockingStream>> {
        Ok(Box::new(tcp))
    }

    fn connect_async<'a>(
        &'a self,
        _host: &'a str,
        tcp: Box<dyn AsyncStream>,
    ) -> Boxed<'a, io::Result<Box<dyn AsyncStream>>> {
        Box::pin(async move { Ok(tcp) })
    }
}
