//! rustls, with either of its providers.

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;

use params::{Group, Suite, TlsVersion};
use rustls::client::{ClientSessionMemoryCache, Resumption, Tls12Resumption};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, ring};
use rustls::server::{NoServerSessionStorage, ProducesTickets, ServerSessionMemoryCache};
use rustls::{
    ClientConfig, ClientConnection, Connection, HandshakeKind, RootCertStore, ServerConfig, ServerConnection,
    SignatureScheme, SupportedProtocolVersion,
};
use rustls_pki_types::ServerName;

use crate::memory::{End, Library};
use crate::negotiated::Negotiated;
use crate::pinned::HOST;
use crate::trust::Material;
use crate::{Case, Error, Kind, Side, Stack};

/// The name in errors.
const LIBRARY: &str = "rustls";

/// Capacity of the session store: more than one pair ever has.
const SESSIONS: usize = 32;

/// rustls with its configs.
pub(crate) struct Rustls {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    host: ServerName<'static>,
}

impl Rustls {
    pub(crate) fn new(case: Case, material: &Material, resumes: bool) -> Result<Rustls, Error> {
        let provider = Arc::new(provider(case)?);
        let resumed = case.kind == Kind::Resumed;
        Ok(Rustls {
            client: Arc::new(client(case.version, &provider, material, resumed)?),
            server: Arc::new(server(case, &provider, material, resumes)?),
            host: ServerName::try_from(HOST).map_err(Error::setup(LIBRARY))?,
        })
    }
}

fn client(
    version: TlsVersion,
    provider: &Arc<CryptoProvider>,
    material: &Material,
    resumed: bool,
) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    for root in &material.roots {
        roots.add(root.clone()).map_err(Error::setup(LIBRARY))?;
    }
    // With two providers compiled in, `builder()` without a provider would panic.
    let mut config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[protocol(version)])
        .map_err(Error::setup(LIBRARY))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = match resumed {
        true => Resumption::store(Arc::new(ClientSessionMemoryCache::new(SESSIONS)))
            .tls12_resumption(Tls12Resumption::SessionIdOnly),
        false => Resumption::disabled(),
    };
    Ok(config)
}

/// Sessions of TLS 1.3 are kept in tickets that the server can read; those of TLS 1.2 by the server itself. So does
/// OpenSSL, which, unlike rustls, would not renew a ticket of TLS 1.2.
fn server(
    case: Case,
    provider: &Arc<CryptoProvider>,
    material: &Material,
    resumes: bool,
) -> Result<ServerConfig, Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[protocol(case.version)])
        .map_err(Error::setup(LIBRARY))?
        .with_no_client_auth()
        .with_single_cert(material.chain.clone(), material.key.clone_key())
        .map_err(Error::setup(LIBRARY))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    match case.version {
        TlsVersion::Tls13 if resumes => {
            config.send_tls13_tickets = 1;
            config.ticketer = ticketer(case.stack)?;
        }
        TlsVersion::Tls12 if resumes => config.session_storage = ServerSessionMemoryCache::new(SESSIONS),
        TlsVersion::Tls13 | TlsVersion::Tls12 => {}
    }
    Ok(config)
}

/// A stack's provider with its defaults, including all its algorithms for certificates.
pub(crate) fn stock(stack: Stack) -> CryptoProvider {
    match stack {
        Stack::RustlsRing => ring::default_provider(),
        Stack::RustlsAwsLc | Stack::OpenSsl => aws_lc_rs::default_provider(),
    }
}

/// The provider with the suite, the group and the signature scheme of the case, and no others.
fn provider(case: Case) -> Result<CryptoProvider, Error> {
    let mut provider = stock(case.stack);
    provider.cipher_suites.retain(|offered| u16::from(offered.suite()) == Suite::of(case.version, case.key).number());
    provider.kx_groups.retain(|offered| u16::from(offered.name()) == case.group.number());
    provider.signature_verification_algorithms =
        only(provider.signature_verification_algorithms, SignatureScheme::from(case.key.signature_scheme().number))?;
    match provider.cipher_suites.len() == 1 && provider.kx_groups.len() == 1 {
        true => Ok(provider),
        false => Err(Error::setup(LIBRARY)(format!("the provider doesn't have what {case} takes"))),
    }
}

/// All algorithms for certificates, but only one scheme for the server's signature.
fn only(algorithms: WebPkiSupportedAlgorithms, scheme: SignatureScheme) -> Result<WebPkiSupportedAlgorithms, Error> {
    let mapping = algorithms.mapping.chunks(1).find(|entry| entry.iter().any(|(offered, _)| *offered == scheme));
    let mapping = mapping.ok_or_else(|| Error::setup(LIBRARY)(format!("the provider can't verify {scheme:?}")))?;
    Ok(WebPkiSupportedAlgorithms { mapping, ..algorithms })
}

fn ticketer(stack: Stack) -> Result<Arc<dyn ProducesTickets>, Error> {
    match stack {
        Stack::RustlsRing => ring::Ticketer::new(),
        Stack::RustlsAwsLc | Stack::OpenSsl => aws_lc_rs::Ticketer::new(),
    }
    .map_err(Error::setup(LIBRARY))
}

fn protocol(version: TlsVersion) -> &'static SupportedProtocolVersion {
    match version {
        TlsVersion::Tls13 => &rustls::version::TLS13,
        TlsVersion::Tls12 => &rustls::version::TLS12,
    }
}

impl Library for Rustls {
    type End = RustlsEnd;

    fn client(&self) -> Result<RustlsEnd, Error> {
        let connection = ClientConnection::new(Arc::clone(&self.client), self.host.clone());
        connection
            .map(|connection| RustlsEnd { side: Side::Client, connection: connection.into() })
            .map_err(Error::failed(Side::Client))
    }

    fn server(&self) -> Result<RustlsEnd, Error> {
        let connection = ServerConnection::new(Arc::clone(&self.server));
        connection
            .map(|connection| RustlsEnd { side: Side::Server, connection: connection.into() })
            .map_err(Error::failed(Side::Server))
    }
}

/// An endpoint that uses rustls.
pub(crate) struct RustlsEnd {
    side: Side,
    connection: Connection,
}

impl RustlsEnd {
    fn flush(&mut self, outgoing: &mut Vec<u8>) -> Result<(), Error> {
        while self.connection.wants_write() {
            self.connection.write_tls(outgoing).map_err(Error::failed(self.side))?;
        }
        Ok(())
    }
}

impl End for RustlsEnd {
    fn advance(&mut self, incoming: &mut Vec<u8>, outgoing: &mut Vec<u8>) -> Result<(), Error> {
        let mut rest = incoming.as_slice();
        while !rest.is_empty() {
            self.connection.read_tls(&mut rest).map_err(Error::failed(self.side))?;
            self.connection.process_new_packets().map_err(Error::failed(self.side))?;
        }
        incoming.clear();
        self.flush(outgoing)
    }

    fn is_established(&self) -> bool {
        !self.connection.is_handshaking()
    }

    fn negotiated(&self, _answer: &[u8]) -> Negotiated {
        Negotiated {
            version: self.connection.protocol_version().and_then(|version| TlsVersion::from_number(version.into())),
            kind: match self.connection.handshake_kind() {
                Some(HandshakeKind::Full) => Some(Kind::Full),
                Some(HandshakeKind::Resumed) => Some(Kind::Resumed),
                // A retry takes another round trip, and no case includes one.
                Some(HandshakeKind::FullWithHelloRetryRequest) | None => None,
            },
            suite: self.connection.negotiated_cipher_suite().map(|suite| u16::from(suite.suite())),
            group: self
                .connection
                .negotiated_key_exchange_group()
                .and_then(|negotiated| Group::from_number(negotiated.name().into())),
        }
    }

    fn send(&mut self, plain: &[u8], outgoing: &mut Vec<u8>) -> Result<(), Error> {
        let mut rest = plain;
        while !rest.is_empty() {
            let taken = self.connection.writer().write(rest).map_err(Error::failed(self.side))?;
            rest = rest.get(taken..).unwrap_or_default();
            self.flush(outgoing)?;
        }
        Ok(())
    }

    fn receive(&mut self, incoming: &mut Vec<u8>, plain: &mut [u8]) -> Result<usize, Error> {
        let mut filled = 0;
        let mut rest = incoming.as_slice();
        while !rest.is_empty() {
            self.connection.read_tls(&mut rest).map_err(Error::failed(self.side))?;
            self.connection.process_new_packets().map_err(Error::failed(self.side))?;
            loop {
                match self.connection.reader().read(plain.get_mut(filled..).unwrap_or_default()) {
                    Ok(0) => break,
                    Ok(count) => filled += count,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(Error::failed(self.side)(error)),
                }
            }
        }
        incoming.clear();
        Ok(filled)
    }
}
