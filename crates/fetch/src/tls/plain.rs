//! No TLS: what the others are compared with.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use super::{BlockingStream, Boxed, LocalBoxed, Tls, TlsSettings};
use crate::PrepareError;
use crate::stream::{LocalStream, SendStream};

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

    fn connect_async<'a>(&'a self, _host: &'a str, tcp: SendStream) -> Boxed<'a, io::Result<SendStream>> {
        Box::pin(async move { Ok(tcp) })
    }

    fn connect_local<'a>(&'a self, _host: &'a str, tcp: LocalStream) -> LocalBoxed<'a, io::Result<LocalStream>> {
        Box::pin(async move { Ok(tcp) })
    }
}
