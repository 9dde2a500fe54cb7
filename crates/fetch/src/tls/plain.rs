//! No TLS: the baseline for the other stacks.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use super::{BlockingStream, Boxed, LocalBoxed, Tls, TlsSettings};
use crate::PrepareError;
use crate::stream::{LocalStream, SendStream};

/// The connection, unchanged.
pub(crate) struct Plain;

/// Sets up the stack.
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
