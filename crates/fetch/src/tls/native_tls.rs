//! native-tls: the platform's TLS, which on Linux is OpenSSL.
//!
//! It has no way to choose the groups that it offers. The harness does so from outside, through OpenSSL's configuration
//! file, and the origin's ledger shows whether it worked.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use ::native_tls::{Certificate, HandshakeError, Protocol, TlsConnector, TlsConnectorBuilder, TlsStream};
use workload::catalog::stacks::native_tls::STACK;

use super::connector::secures;
use super::{BlockingStream, Tls, TlsSettings, TrustStore};
use crate::PrepareError;
use crate::stream::Stream;

/// native-tls, with a connector that all connections of a trial share: building one costs tens of milliseconds.
pub(crate) struct NativeTls {
    connector: TlsConnector,
    asynchronous: tokio_native_tls::TlsConnector,
}

/// Sets up the stack.
pub(crate) fn build(settings: TlsSettings<'_>) -> Result<Arc<dyn Tls>, PrepareError> {
    Ok(Arc::new(NativeTls::new(settings)?))
}

impl NativeTls {
    /// Builds the connector.
    pub(crate) fn new(settings: TlsSettings<'_>) -> Result<NativeTls, PrepareError> {
        let mut builder = trusting(settings.trust)?;
        builder.disable_built_in_roots(true).min_protocol_version(Some(Protocol::Tlsv12)).request_alpns(&["http/1.1"]);
        let connector = builder.build().map_err(|error| refuse(&error))?;
        Ok(NativeTls { asynchronous: connector.clone().into(), connector })
    }

    async fn handshake<S: Stream>(&self, host: &str, tcp: S) -> io::Result<tokio_native_tls::TlsStream<S>> {
        self.asynchronous.connect(host, tcp).await.map_err(io::Error::other)
    }
}

/// The connector that native-tls makes by itself, for the asynchronous callers of `hyper-tls`: it trusts the platform's
/// roots beside `trust`.
pub(crate) fn defaults(trust: &TrustStore) -> Result<tokio_native_tls::TlsConnector, PrepareError> {
    Ok(trusting(trust)?.build().map_err(|error| refuse(&error))?.into())
}

fn trusting(trust: &TrustStore) -> Result<TlsConnectorBuilder, PrepareError> {
    let mut builder = TlsConnector::builder();
    if trust.accepts_any() {
        builder.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true);
    }
    for root in trust.roots() {
        builder.add_root_certificate(Certificate::from_der(root).map_err(|error| refuse(&error))?);
    }
    Ok(builder)
}

fn refuse(error: &::native_tls::Error) -> PrepareError {
    PrepareError::Tls { stack: STACK.name, reason: error.to_string() }
}

impl BlockingStream for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref()
    }
}

impl Tls for NativeTls {
    fn configure(&self, builder: reqwest::ClientBuilder) -> Option<reqwest::ClientBuilder> {
        Some(builder.tls_backend_preconfigured(self.connector.clone()))
    }

    fn connect(&self, host: &str, tcp: TcpStream) -> io::Result<Box<dyn BlockingStream>> {
        match self.connector.connect(host, tcp) {
            Ok(stream) => Ok(Box::new(stream)),
            Err(HandshakeError::Failure(error)) => Err(io::Error::other(error)),
            // Only a non-blocking socket can return this.
            Err(HandshakeError::WouldBlock(_)) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    secures!();
}
