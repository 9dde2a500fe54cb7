//! OpenSSL through the crate `openssl`: its client is configured as native-tls does it.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use ::openssl::error::ErrorStack;
use ::openssl::pkey::PKey;
use ::openssl::ssl::{
    AlpnError, ErrorCode, ShutdownState, Ssl, SslAcceptor, SslConnector, SslContextBuilder, SslMethod, SslOptions,
    SslSession, SslSessionCacheMode, SslStream, SslVersion, select_next_proto,
};
use ::openssl::x509::X509;
use ::openssl::x509::store::{X509Store, X509StoreBuilder};
use params::{CertificateKey, Group, Suite, TlsVersion};

use crate::group_on_wire;
use crate::memory::{End, Library};
use crate::negotiated::Negotiated;
use crate::pinned::HOST;
use crate::trust::Material;
use crate::{Case, Error, Kind, Side};

/// The name in errors.
const LIBRARY: &str = "OpenSSL";

/// ALPN's `http/1.1`, preceded by its length (RFC 7301 §3.1).
const ALPN: &[u8] = b"\x08http/1.1";

/// The session to resume: the latest one that a client of this context has received.
type LastSession = Arc<Mutex<Option<SslSession>>>;

/// OpenSSL with its contexts.
pub(crate) struct OpenSsl {
    client: SslConnector,
    server: SslAcceptor,
    /// `None` if nothing is resumed.
    session: Option<LastSession>,
}

impl OpenSsl {
    pub(crate) fn new(case: Case, material: &Material, resumes: bool) -> Result<OpenSsl, Error> {
        let session = (case.kind == Kind::Resumed).then(LastSession::default);
        Ok(OpenSsl {
            client: client(case, material, session.as_ref()).map_err(Error::setup(LIBRARY))?,
            server: server(case, material, resumes).map_err(Error::setup(LIBRARY))?,
            session,
        })
    }
}

fn client(case: Case, material: &Material, session: Option<&LastSession>) -> Result<SslConnector, ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    pin(&mut builder, case)?;
    if case.version == TlsVersion::Tls12 && case.key == CertificateKey::EcdsaP256 && case.group != Group::Secp256r1 {
        // In TLS 1.2, a client's groups also limit the certificates that it accepts (RFC 8422 §5.1). The server's list
        // has only the one group, so keys are exchanged with that.
        builder.set_groups_list(&format!("{}:{}", case.group.openssl(), Group::Secp256r1.openssl()))?;
    }
    builder.set_sigalgs_list(case.key.signature_scheme().name)?;
    builder.set_cert_store(store(material)?);
    builder.set_alpn_protos(ALPN)?;
    match session {
        Some(last) => {
            let last = Arc::clone(last);
            builder.set_session_cache_mode(SslSessionCacheMode::CLIENT | SslSessionCacheMode::NO_INTERNAL);
            builder.set_new_session_callback(move |_, session| {
                *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
            });
        }
        None => {
            builder.set_options(SslOptions::NO_TICKET);
        }
    }
    Ok(builder.build())
}

/// Sessions of TLS 1.3 are kept in tickets that the server can read; those of TLS 1.2 by the server itself.
fn server(case: Case, material: &Material, resumes: bool) -> Result<SslAcceptor, ErrorStack> {
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    pin(&mut builder, case)?;
    let mut chain = material.chain.iter().map(|certificate| X509::from_der(certificate));
    if let Some(leaf) = chain.next() {
        builder.set_certificate(&*leaf?)?;
    }
    for issuer in chain {
        builder.add_extra_chain_cert(issuer?)?;
    }
    builder.set_private_key(&*PKey::private_key_from_der(material.key.secret_der())?)?;
    builder.set_alpn_select_callback(|_, offered| select_next_proto(ALPN, offered).ok_or(AlpnError::NOACK));
    builder.set_session_id_context(b"tlstax")?;
    builder.set_num_tickets(0)?;
    builder.set_session_cache_mode(SslSessionCacheMode::OFF);
    match case.version {
        TlsVersion::Tls13 if resumes => builder.set_num_tickets(1)?,
        TlsVersion::Tls12 if resumes => {
            builder.set_options(SslOptions::NO_TICKET);
            builder.set_session_cache_mode(SslSessionCacheMode::SERVER);
        }
        TlsVersion::Tls13 | TlsVersion::Tls12 => {
            builder.set_options(SslOptions::NO_TICKET);
        }
    }
    Ok(builder.build())
}

/// The version, the suite and the group of the case, and no others.
fn pin(builder: &mut SslContextBuilder, case: Case) -> Result<(), ErrorStack> {
    let version = match case.version {
        TlsVersion::Tls13 => SslVersion::TLS1_3,
        TlsVersion::Tls12 => SslVersion::TLS1_2,
    };
    builder.set_min_proto_version(Some(version))?;
    builder.set_max_proto_version(Some(version))?;
    // Each call is for one version's suites; the other version is off.
    builder.set_ciphersuites(Suite::of(TlsVersion::Tls13, case.key).openssl())?;
    builder.set_cipher_list(Suite::of(TlsVersion::Tls12, case.key).openssl())?;
    builder.set_groups_list(case.group.openssl())
}

fn store(material: &Material) -> Result<X509Store, ErrorStack> {
    let mut store = X509StoreBuilder::new()?;
    for root in &material.roots {
        store.add_cert(X509::from_der(root)?)?;
    }
    Ok(store.build())
}

impl Library for OpenSsl {
    type End = OpenSslEnd;

    fn client(&self) -> Result<OpenSslEnd, Error> {
        let fail = Error::failed(Side::Client);
        let mut ssl = self.client.configure().and_then(|configured| configured.into_ssl(HOST)).map_err(&fail)?;
        if let Some(last) = &self.session
            && let Some(session) = &*last.lock().unwrap_or_else(PoisonError::into_inner)
        {
            resume(&mut ssl, session).map_err(&fail)?;
        }
        OpenSslEnd::new(Side::Client, ssl)
    }

    fn server(&self) -> Result<OpenSslEnd, Error> {
        OpenSslEnd::new(Side::Server, Ssl::new(self.server.context()).map_err(Error::failed(Side::Server))?)
    }
}

/// Offers `session`. The crate has no safe call for it.
#[expect(unsafe_code, reason = "a session must be one of the context's own, which the crate can't see")]
fn resume(ssl: &mut Ssl, session: &SslSession) -> Result<(), ErrorStack> {
    // SAFETY: `session` came from the callback of the one context that this `ssl` is made from.
    unsafe { ssl.set_session(session) }
}

/// Replaces a socket: bytes received, and bytes to send.
#[derive(Default)]
struct Pipe {
    incoming: Vec<u8>,
    /// How much of `incoming` has been read.
    read: usize,
    outgoing: Vec<u8>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.incoming.get(self.read..).unwrap_or_default();
        if rest.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = rest.read(buffer)?;
        self.read += count;
        Ok(count)
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

/// An endpoint that uses OpenSSL.
pub(crate) struct OpenSslEnd {
    side: Side,
    stream: SslStream<Pipe>,
    established: bool,
}

impl OpenSslEnd {
    fn new(side: Side, ssl: Ssl) -> Result<OpenSslEnd, Error> {
        let stream = SslStream::new(ssl, Pipe::default()).map_err(Error::failed(side))?;
        Ok(OpenSslEnd { side, stream, established: false })
    }

    /// Passes `incoming` to OpenSSL.
    fn feed(&mut self, incoming: &mut Vec<u8>) {
        let pipe = self.stream.get_mut();
        pipe.incoming.clear();
        pipe.read = 0;
        std::mem::swap(&mut pipe.incoming, incoming);
    }

    /// Reads as much plaintext as there is.
    fn read(&mut self, plain: &mut [u8]) -> Result<usize, Error> {
        let mut filled = 0;
        loop {
            match self.stream.ssl_read(plain.get_mut(filled..).unwrap_or_default()) {
                Ok(0) => return Ok(filled),
                Ok(count) => filled += count,
                Err(error) if error.code() == ErrorCode::WANT_READ => return Ok(filled),
                Err(error) => return Err(Error::failed(self.side)(error)),
            }
        }
    }
}

impl End for OpenSslEnd {
    fn advance(&mut self, incoming: &mut Vec<u8>, outgoing: &mut Vec<u8>) -> Result<(), Error> {
        self.feed(incoming);
        if self.established {
            // Only tickets can arrive now, which OpenSSL processes while it looks for plaintext.
            self.read(&mut [0])?;
        } else {
            let step = match self.side {
                Side::Client => self.stream.connect(),
                Side::Server => self.stream.accept(),
            };
            match step {
                Ok(()) => self.established = true,
                Err(error) if error.code() == ErrorCode::WANT_READ => {}
                Err(error) => return Err(Error::failed(self.side)(error)),
            }
        }
        outgoing.append(&mut self.stream.get_mut().outgoing);
        Ok(())
    }

    fn is_established(&self) -> bool {
        self.established
    }

    /// The crate has no safe call for the group of both versions and kinds, so it is read from what the server sent
    /// ([`group_on_wire`]).
    fn negotiated(&self, answer: &[u8]) -> Negotiated {
        let ssl = self.stream.ssl();
        Negotiated {
            version: match ssl.version2() {
                Some(SslVersion::TLS1_3) => Some(TlsVersion::Tls13),
                Some(SslVersion::TLS1_2) => Some(TlsVersion::Tls12),
                _ => None,
            },
            kind: Some(if ssl.session_reused() { Kind::Resumed } else { Kind::Full }),
            suite: ssl.current_cipher().map(|cipher| u16::from_be_bytes(cipher.protocol_id())),
            group: group_on_wire::group(answer),
        }
    }

    fn send(&mut self, plain: &[u8], outgoing: &mut Vec<u8>) -> Result<(), Error> {
        let mut rest = plain;
        while !rest.is_empty() {
            let taken = self.stream.ssl_write(rest).map_err(Error::failed(self.side))?;
            rest = rest.get(taken..).unwrap_or_default();
        }
        outgoing.append(&mut self.stream.get_mut().outgoing);
        Ok(())
    }

    fn receive(&mut self, incoming: &mut Vec<u8>, plain: &mut [u8]) -> Result<usize, Error> {
        self.feed(incoming);
        self.read(plain)
    }

    /// OpenSSL regards a session whose connection was freed without this as broken, and never resumes it.
    fn close(&mut self) {
        self.stream.set_shutdown(ShutdownState::SENT | ShutdownState::RECEIVED);
    }
}
