//! A bare HTTP/1.1 client over a blocking socket or rustls: just enough to make the requests, or to lie about them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use measure::protocol::{Job, Target};
use params::{Group, registry};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme, StreamOwned};
use workload::Connection;

use crate::lie::Lie;

/// Makes one request after another.
pub(crate) struct Client {
    targets: Vec<Target>,
    tls: Option<Arc<ClientConfig>>,
    keeps: bool,
    kept: Option<BufReader<Box<dyn Stream>>>,
    made: usize,
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

impl Client {
    /// A client for the job, honest except for `lie`.
    pub(crate) fn new(job: &Job, lie: Option<Lie>) -> io::Result<Client> {
        let tls = job.cell.is_tls().then(|| config(job, lie)).transpose()?;
        let keeps = job.cell.connection == Connection::KeepAlive || lie == Some(Lie::Kept);
        Ok(Client { targets: job.targets.clone(), tls: tls.map(Arc::new), keeps, kept: None, made: 0 })
    }

    /// Makes one request, and reads its response.
    pub(crate) fn get(&mut self) -> io::Result<()> {
        let number = if self.keeps { 0 } else { self.made };
        self.made += 1;
        let target = &self.targets[number % self.targets.len()];
        let mut stream = match self.kept.take() {
            Some(kept) => kept,
            None => BufReader::new(open(target, self.tls.as_ref())?),
        };
        let (_, path) = target.url.split_once(&target.addr.port().to_string()).unwrap_or(("", "/"));
        let host = format!("{}:{}", target.host, target.addr.port());
        stream.get_mut().write_all(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes())?;
        read_answer(&mut stream)?;
        if self.keeps {
            self.kept = Some(stream);
        }
        Ok(())
    }
}

fn open(target: &Target, tls: Option<&Arc<ClientConfig>>) -> io::Result<Box<dyn Stream>> {
    let tcp = TcpStream::connect(target.addr)?;
    tcp.set_nodelay(true)?;
    let Some(config) = tls else { return Ok(Box::new(tcp)) };
    let name = ServerName::try_from(target.host.clone()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
    Ok(Box::new(StreamOwned::new(connection, tcp)))
}

/// Reads a header and the body that its Content-Length announces.
fn read_answer(stream: &mut impl BufRead) -> io::Result<()> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        if line == "\r\n" {
            let body = io::copy(&mut stream.take(length), &mut io::sink())?;
            return if body == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    }
}

fn config(job: &Job, lie: Option<Lie>) -> io::Result<ClientConfig> {
    let mut provider = aws_lc_rs::default_provider();
    let offered =
        if lie == Some(Lie::WrongGroup) { vec![Group::Secp256r1.registered().to_owned()] } else { job.groups.clone() };
    provider.kx_groups.retain(|group| offered.contains(&registry::group(group.name().into())));
    let builder = ClientConfig::builder_with_provider(Arc::new(provider.clone()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let mut config = match lie {
        Some(Lie::Unverified) => builder.dangerous().with_custom_certificate_verifier(Arc::new(Credulous(provider))),
        _ => builder.with_root_certificates(roots(job)?),
    }
    .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn roots(job: &Job) -> io::Result<RootCertStore> {
    let file = job.trust_file.as_ref().ok_or_else(|| io::Error::other("the job names no trust store"))?;
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_file_iter(file).map_err(io::Error::other)? {
        roots.add(root.map_err(io::Error::other)?).map_err(io::Error::other)?;
    }
    Ok(roots)
}

/// Accepts every certificate: the lie `unverified`, which the harness must detect.
#[derive(Debug)]
struct Credulous(rustls::crypto::CryptoProvider);

impl ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
