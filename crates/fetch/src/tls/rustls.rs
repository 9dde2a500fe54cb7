//! rustls, with aws-lc-rs unless another provider is given.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use params::Group;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use workload::catalog::stacks::rustls::STACK;

use super::accepts_any::AcceptsAny;
use super::connector::secures;
use super::groups::listed;
use super::{BlockingStream, Tls, TlsSettings, TrustStore};
use crate::PrepareError;
use crate::stream::Stream;

/// Capacity of a slot's session store. A slot uses one server, for which rustls keeps up to 8 tickets.
const SESSIONS: usize = 8;

/// rustls, with a config that all connections of a trial share.
pub(crate) struct Rustls {
    config: Arc<ClientConfig>,
}

/// Sets up the stack.
pub(crate) fn build(settings: TlsSettings<'_>) -> Result<Arc<dyn Tls>, PrepareError> {
    Ok(Arc::new(Rustls::new(settings)?))
}

impl Rustls {
    /// Builds the config over aws-lc-rs.
    pub(crate) fn new(settings: TlsSettings<'_>) -> Result<Rustls, PrepareError> {
        Rustls::with(STACK.name, aws_lc_rs::default_provider(), settings)
    }

    /// Builds the config of the stack named `stack` over `provider`.
    pub(super) fn with(
        stack: &'static str,
        provider: CryptoProvider,
        settings: TlsSettings<'_>,
    ) -> Result<Rustls, PrepareError> {
        let refuse = |reason: String| PrepareError::Tls { stack, reason };
        let provider = offering(settings.groups, provider).map_err(refuse)?;
        let mut config = trusting(stack, provider, settings.trust)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = Resumption::disabled();
        Ok(Rustls { config: Arc::new(config) })
    }

    async fn handshake<S: Stream>(&self, host: &str, tcp: S) -> io::Result<TlsStream<S>> {
        TlsConnector::from(Arc::clone(&self.config)).connect(name(host)?, tcp).await
    }
}

/// The config that rustls has by itself over aws-lc-rs: its groups, its versions, and resumption.
pub(crate) fn defaults(trust: &TrustStore) -> Result<ClientConfig, PrepareError> {
    trusting(STACK.name, aws_lc_rs::default_provider(), trust)
}

/// The config of the stack named `stack` that trusts `trust`, and is otherwise rustls's default over `provider`.
fn trusting(stack: &'static str, provider: CryptoProvider, trust: &TrustStore) -> Result<ClientConfig, PrepareError> {
    let refuse = |reason: String| PrepareError::Tls { stack, reason };
    let mut roots = RootCertStore::empty();
    for root in trust.roots() {
        roots.add(root.clone()).map_err(|error| refuse(format!("a root was refused: {error}")))?;
    }
    // With two providers compiled in, `builder()` without a provider would panic.
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| refuse(error.to_string()))?;
    let config = match trust.accepts_any() {
        true => {
            let verifier = Arc::new(AcceptsAny::of(config.crypto_provider()));
            config.dangerous().with_custom_certificate_verifier(verifier)
        }
        false => config.with_root_certificates(roots),
    };
    Ok(config.with_no_client_auth())
}

/// The stock provider, offering `groups` and no others. Offering more would add key shares to every ClientHello that
/// the pinned origin never accepts.
fn offering(groups: &[Group], mut provider: CryptoProvider) -> Result<CryptoProvider, String> {
    provider.kx_groups.retain(|group| groups.iter().any(|wanted| wanted.number() == u16::from(group.name())));
    match provider.kx_groups.is_empty() {
        true => Err(format!("it has none of the groups {}", listed(groups))),
        false => Ok(provider),
    }
}

impl BlockingStream for StreamOwned<ClientConnection, TcpStream> {
    fn socket(&self) -> &TcpStream {
        &self.sock
    }
}

impl Tls for Rustls {
    fn rustls(&self) -> Option<Arc<ClientConfig>> {
        Some(Arc::clone(&self.config))
    }

    /// Verifier and provider are shared, the session store is not.
    fn for_slot(&self) -> Option<Arc<dyn Tls>> {
        let mut config = ClientConfig::clone(&self.config);
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Some(Arc::new(Rustls { config: Arc::new(config) }))
    }

    fn configure(&self, builder: reqwest::ClientBuilder) -> Option<reqwest::ClientBuilder> {
        Some(builder.tls_backend_preconfigured(ClientConfig::clone(&self.config)))
    }

    fn connect(&self, host: &str, mut tcp: TcpStream) -> io::Result<Box<dyn BlockingStream>> {
        let mut connection = ClientConnection::new(Arc::clone(&self.config), name(host)?).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut tcp)?;
        }
        Ok(Box::new(StreamOwned::new(connection, tcp)))
    }

    secures!();
}

fn name(host: &str) -> io::Result<ServerName<'static>> {
    ServerName::try_from(host.to_owned()).map_err(io::Error::other)
}
