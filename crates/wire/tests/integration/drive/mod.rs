//! Drives real handshakes in memory, and keeps what either side sent.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::Arc;

use certificates::Authority;
use openssl::ssl::{Ssl, SslAcceptor, SslConnector, SslContextBuilder, SslFiletype, SslMethod, SslStream, SslVersion};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    ClientConfig, Connection, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
    SupportedProtocolVersion,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use wire::Side;

/// The bytes that were sent, in order, with their side.
pub(crate) type Transcript = Vec<(Side, Vec<u8>)>;

/// The host that clients request.
pub(crate) const HOST: &str = "localhost";
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

/// One end of a connection in memory.
pub(crate) enum Peer {
    Rustls(Box<Connection>),
    OpenSsl { stream: SslStream<Pipe>, connected: bool },
}

/// The buffers from which OpenSSL reads and to which it writes.
#[derive(Default)]
pub(crate) struct Pipe {
    incoming: VecDeque<u8>,
    outgoing: Vec<u8>,
}

impl Read for Pipe {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.incoming.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.incoming.read(bytes)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outgoing.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Peer {
    pub(crate) fn rustls_client(config: &Arc<ClientConfig>) -> Peer {
        let host = HOST.try_into().unwrap();
        Peer::Rustls(Box::new(rustls::ClientConnection::new(config.clone(), host).unwrap().into()))
    }

    pub(crate) fn rustls_server(config: &Arc<ServerConfig>) -> Peer {
        Peer::Rustls(Box::new(rustls::ServerConnection::new(config.clone()).unwrap().into()))
    }

    pub(crate) fn openssl(ssl: Ssl) -> Peer {
        Peer::OpenSsl { stream: SslStream::new(ssl, Pipe::default()).unwrap(), connected: false }
    }

    /// Consumes what the other end sent and returns what this end sends next. A failed handshake shows in what is sent.
    fn step(&mut self, mut incoming: &[u8]) -> Vec<u8> {
        let mut sink = [0; 4096];
        match self {
            Peer::Rustls(connection) => {
                let mut sent = Vec::new();
                while !incoming.is_empty() {
                    connection.read_tls(&mut incoming).unwrap();
                    if connection.process_new_packets().is_err() {
                        break;
                    }
                    while connection.reader().read(&mut sink).is_ok_and(|count| count > 0) {}
                }
                while connection.wants_write() {
                    connection.write_tls(&mut sent).unwrap();
                }
                sent
            }
            Peer::OpenSsl { stream, connected } => {
                stream.get_mut().incoming.extend(incoming);
                if !*connected {
                    *connected = stream.do_handshake().is_ok();
                }
                while *connected && stream.ssl_read(&mut sink).is_ok_and(|count| count > 0) {}
                std::mem::take(&mut stream.get_mut().outgoing)
            }
        }
    }

    /// Sends `bytes` with the next step. rustls does so even before the handshake is complete.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        match self {
            Peer::Rustls(connection) => connection.writer().write_all(bytes).unwrap(),
            Peer::OpenSsl { stream, .. } => stream.write_all(bytes).unwrap(),
        }
    }

    fn close(&mut self) {
        match self {
            Peer::Rustls(connection) => connection.send_close_notify(),
            Peer::OpenSsl { stream, .. } => {
                let _ = stream.shutdown();
            }
        }
    }

    fn is_connected(&self) -> bool {
        match self {
            Peer::Rustls(connection) => !connection.is_handshaking(),
            Peer::OpenSsl { connected, .. } => *connected,
        }
    }
}

/// A handshake and, if it succeeds, a request, its response, and the `close_notify` of both ends.
pub(crate) fn converse(mut client: Peer, mut server: Peer) -> Transcript {
    let mut sent = Transcript::new();
    exchange(&mut client, &mut server, &mut sent);
    if client.is_connected() && server.is_connected() {
        client.write(REQUEST);
        exchange(&mut client, &mut server, &mut sent);
        server.write(ANSWER);
        exchange(&mut client, &mut server, &mut sent);
        server.close();
        client.close();
        exchange(&mut client, &mut server, &mut sent);
    }
    sent
}

/// Like [`converse`], but the client sends its request together with its last flight of the handshake.
pub(crate) fn converse_at_once(client: Peer, server: Peer) -> Transcript {
    converse_at_once_with(REQUEST, client, server)
}

/// Like [`converse_at_once`], with another request.
pub(crate) fn converse_at_once_with(request: &[u8], mut client: Peer, mut server: Peer) -> Transcript {
    client.write(request);
    let mut sent = Transcript::new();
    exchange(&mut client, &mut server, &mut sent);
    server.write(ANSWER);
    exchange(&mut client, &mut server, &mut sent);
    sent
}

/// Like [`converse_at_once`], but the client resumes a session and sends its request before the ServerHello (0-RTT).
pub(crate) fn converse_early(mut client: Peer, mut server: Peer) -> Transcript {
    if let Peer::Rustls(connection) = &mut client
        && let Connection::Client(connection) = connection.as_mut()
    {
        connection.early_data().unwrap().write_all(REQUEST).unwrap();
    }
    let mut sent = Transcript::new();
    exchange(&mut client, &mut server, &mut sent);
    server.write(ANSWER);
    exchange(&mut client, &mut server, &mut sent);
    sent
}

/// Exchanges bytes until neither end has anything to send.
fn exchange(client: &mut Peer, server: &mut Peer, sent: &mut Transcript) {
    let mut to_client = server.step(&[]);
    loop {
        let to_server = client.step(&to_client);
        if !to_client.is_empty() {
            sent.push((Side::Server, to_client));
        }
        if to_server.is_empty() {
            return;
        }
        to_client = server.step(&to_server);
        sent.push((Side::Client, to_server));
    }
}

/// The crypto provider and versions of both rustls ends.
pub(crate) struct Rustls<'a> {
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
    pub(crate) groups: Vec<&'static dyn SupportedKxGroup>,
    pub(crate) authority: &'a Authority,
}

impl<'a> Rustls<'a> {
    pub(crate) fn new(authority: &'a Authority, versions: &'static [&'static SupportedProtocolVersion]) -> Rustls<'a> {
        Rustls { versions, groups: vec![aws_lc_rs::kx_group::X25519], authority }
    }

    fn provider(&self) -> Arc<CryptoProvider> {
        Arc::new(CryptoProvider { kx_groups: self.groups.clone(), ..aws_lc_rs::default_provider() })
    }

    /// A rustls client that trusts this authority. With `own`, it presents a certificate of that authority when
    /// requested.
    pub(crate) fn client(&self, own: Option<&Authority>) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(self.provider()).with_protocol_versions(self.versions);
        let builder = builder.unwrap().with_root_certificates(roots(self.authority));
        let mut config = match own {
            Some(own) => builder.with_client_auth_cert(chain(own), key(own)).unwrap(),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.enable_early_data = true;
        Arc::new(config)
    }

    /// A rustls server that presents the authority's valid leaf. With `ask`, it requests a client certificate.
    pub(crate) fn server(&self, ask: bool) -> ServerConfig {
        let builder = ServerConfig::builder_with_provider(self.provider()).with_protocol_versions(self.versions);
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(self.authority)), self.provider());
        let builder = match ask {
            true => builder.unwrap().with_client_cert_verifier(verifier.build().unwrap()),
            false => builder.unwrap().with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain(self.authority), key(self.authority)).unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config
    }

    /// Makes a server request a client certificate but accept any, or none.
    pub(crate) fn server_of_anyone(&self) -> ServerConfig {
        let builder = ServerConfig::builder_with_provider(self.provider()).with_protocol_versions(self.versions);
        let builder = builder.unwrap().with_client_cert_verifier(Arc::new(Anyone(self.provider())));
        builder.with_single_cert(chain(self.authority), key(self.authority)).unwrap()
    }
}

/// Accepts every client certificate, because the authority issues only server certificates.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ClientCertVerifier for Anyone {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

fn roots(authority: &Authority) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.root_file()).unwrap()).unwrap();
    roots
}

fn chain(authority: &Authority) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(authority.chain_file()).unwrap().map(Result::unwrap).collect()
}

fn key(authority: &Authority) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_file(authority.key_file()).unwrap()
}

/// An OpenSSL client that trusts `authority`.
pub(crate) fn openssl_client(authority: &Authority, version: SslVersion, own: Option<&Authority>) -> Peer {
    let mut builder = SslConnector::builder(SslMethod::tls_client()).unwrap();
    builder.set_ca_file(authority.root_file()).unwrap();
    only(&mut builder, version);
    if let Some(own) = own {
        present(&mut builder, own);
    }
    let mut ssl = builder.build().configure().unwrap().into_ssl(HOST).unwrap();
    ssl.set_connect_state();
    Peer::openssl(ssl)
}

/// An OpenSSL server that presents the valid leaf of `authority`. With `ask`, it requests a client certificate.
pub(crate) fn openssl_server(authority: &Authority, version: SslVersion, ask: bool) -> Peer {
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    present(&mut builder, authority);
    only(&mut builder, version);
    if ask {
        builder.set_ca_file(authority.root_file()).unwrap();
        builder.set_verify(openssl::ssl::SslVerifyMode::PEER | openssl::ssl::SslVerifyMode::FAIL_IF_NO_PEER_CERT);
    }
    let mut ssl = Ssl::new(builder.build().context()).unwrap();
    ssl.set_accept_state();
    Peer::openssl(ssl)
}

fn only(builder: &mut SslContextBuilder, version: SslVersion) {
    builder.set_min_proto_version(Some(version)).unwrap();
    builder.set_max_proto_version(Some(version)).unwrap();
    builder.set_groups_list("X25519").unwrap();
}

fn present(builder: &mut SslContextBuilder, authority: &Authority) {
    builder.set_certificate_chain_file(authority.chain_file()).unwrap();
    builder.set_private_key_file(authority.key_file(), SslFiletype::PEM).unwrap();
}
