//! OpenSSL through the crate `openssl`: the library below native-tls, with all its options accessible.
//!
//! OpenSSL regards a session as broken if its connection was freed without a shutdown, and never resumes it. Where
//! sessions are resumed, a connection is therefore marked as shut down when it ends, without sending the close_notify
//! alert: no other stack sends it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use ::openssl::error::ErrorStack;
use ::openssl::ssl::{
    ShutdownState, Ssl, SslConnector, SslMethod, SslOptions, SslRef, SslStream, SslVerifyMode, SslVersion,
};
use ::openssl::version;
use ::openssl::x509::store::X509StoreBuilder;
use ::openssl::x509::{X509, X509VerifyResult};
use params::{Group, TlsVersion};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use workload::catalog::Need;
use workload::catalog::stacks::openssl::STACK;

use super::connector::secures;
use super::discard_writes::DiscardWrites;
use super::groups::listed;
use super::openssl_session::SlotSession;
use super::{BlockingStream, Sessions, Tls, TlsSettings};
use crate::PrepareError;
use crate::stream::Stream;

/// ALPN's `http/1.1`, preceded by its length (RFC 7301 §3.1).
const ALPN: &[u8] = b"\x08http/1.1";

/// OpenSSL, with a context that all connections of a trial share.
pub(crate) struct OpenSsl {
    connector: SslConnector,
    sessions: Sessions,
    /// The session of the slot that this config is for.
    session: Option<SlotSession>,
}

/// Sets up the stack.
pub(crate) fn build(settings: TlsSettings<'_>) -> Result<Arc<dyn Tls>, PrepareError> {
    Ok(Arc::new(OpenSsl::new(settings)?))
}

impl OpenSsl {
    /// Builds the context.
    pub(crate) fn new(settings: TlsSettings<'_>) -> Result<OpenSsl, PrepareError> {
        let refuse = |reason: String| PrepareError::Tls { stack: STACK.name, reason };
        let groups = groups_of(settings).map_err(refuse)?;
        configured(settings, &groups).map_err(|error| refuse(error.to_string()))
    }

    /// The state of one connection to `host`, which the certificate must name.
    fn ssl(&self, host: &str) -> Result<Ssl, ErrorStack> {
        let mut ssl = self.connector.configure()?.into_ssl(host)?;
        if let Some(session) = &self.session {
            session.offer(&mut ssl)?;
        }
        Ok(ssl)
    }

    async fn handshake<S: Stream>(&self, host: &str, tcp: S) -> io::Result<Cooperative<S>> {
        let mut stream = tokio_openssl::SslStream::new(self.ssl(host)?, DiscardWrites::new(tcp))?;
        if let Err(error) = Pin::new(&mut stream).connect().await {
            return Err(failed(stream.ssl(), &error));
        }
        Ok(Cooperative { stream, session: self.session.clone() })
    }
}

fn configured(settings: TlsSettings<'_>, groups: &str) -> Result<OpenSsl, ErrorStack> {
    let mut store = X509StoreBuilder::new()?;
    for root in settings.trust.roots() {
        store.add_cert(X509::from_der(root)?)?;
    }
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    // Replaces the platform's trust store.
    builder.set_cert_store(store.build());
    if settings.trust.accepts_any() {
        // The chain and the host's name are one check here.
        builder.set_verify(SslVerifyMode::NONE);
    }
    builder.set_alpn_protos(ALPN)?;
    builder.set_groups_list(groups)?;
    if settings.sessions == Sessions::Forgotten {
        builder.set_options(SslOptions::NO_TICKET);
    }
    Ok(OpenSsl { connector: builder.build(), sessions: settings.sessions, session: None })
}

/// A handshake that failed, with what was wrong with the certificate where that was why: OpenSSL's own error says only
/// that something was.
fn failed(ssl: &SslRef, error: &::openssl::ssl::Error) -> io::Error {
    match ssl.verify_result() {
        X509VerifyResult::OK => io::Error::other(error.to_string()),
        refused => io::Error::other(format!("{error} ({})", refused.error_string())),
    }
}

/// The groups to offer, in OpenSSL's list format.
fn groups_of(settings: TlsSettings<'_>) -> Result<String, String> {
    let had = settings.groups.iter().filter(|group| STACK.lacks(Need::Group(**group), version::number()).is_none());
    let mut names: Vec<&str> = had.map(|group| group.openssl()).collect();
    if names.is_empty() {
        return Err(format!("it has none of the groups {}", listed(settings.groups)));
    }
    // In TLS 1.2, a client's groups also limit the certificates that it accepts (RFC 8422 §5.1). Only the first has a
    // key share, and the origin accepts no other.
    if settings.version == TlsVersion::Tls12 && !names.contains(&Group::Secp256r1.openssl()) {
        names.push(Group::Secp256r1.openssl());
    }
    Ok(names.join(":"))
}

/// A blocking connection.
struct Blocking {
    stream: SslStream<TcpStream>,
    session: Option<SlotSession>,
}

impl Read for Blocking {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.read(into)
    }
}

impl Write for Blocking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl BlockingStream for Blocking {
    fn socket(&self) -> &TcpStream {
        self.stream.get_ref()
    }
}

impl Drop for Blocking {
    fn drop(&mut self) {
        if let Some(session) = &self.session {
            session.keep(self.stream.ssl());
            self.stream.set_shutdown(ShutdownState::SENT | ShutdownState::RECEIVED);
        }
    }
}

/// A non-blocking connection.
struct Cooperative<S: Stream> {
    stream: tokio_openssl::SslStream<DiscardWrites<S>>,
    session: Option<SlotSession>,
}

impl<S: Stream> Drop for Cooperative<S> {
    fn drop(&mut self) {
        if let Some(session) = &self.session {
            session.keep(self.stream.ssl());
            // OpenSSL has no call that only marks the connection as shut down.
            self.stream.get_mut().close();
            let _ = Pin::new(&mut self.stream).poll_shutdown(&mut Context::from_waker(Waker::noop()));
        }
    }
}

impl<S: Stream> AsyncRead for Cooperative<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: Stream> AsyncWrite for Cooperative<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Tls for OpenSsl {
    fn for_slot(&self) -> Option<Arc<dyn Tls>> {
        let slot = || OpenSsl {
            connector: self.connector.clone(),
            sessions: self.sessions,
            session: Some(SlotSession::default()),
        };
        (self.sessions == Sessions::BySlot).then(|| Arc::new(slot()) as Arc<dyn Tls>)
    }

    fn configure(&self, _: reqwest::ClientBuilder) -> Option<reqwest::ClientBuilder> {
        None
    }

    fn connect(&self, host: &str, tcp: TcpStream) -> io::Result<Box<dyn BlockingStream>> {
        let mut stream = SslStream::new(self.ssl(host)?, tcp)?;
        if let Err(error) = stream.connect() {
            return Err(failed(stream.ssl(), &error));
        }
        Ok(Box::new(Blocking { stream, session: self.session.clone() }))
    }

    secures!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_in_openssls_spelling() {
        let listed = |groups: &[Group], version| {
            let trust = &super::super::TrustStore::empty();
            groups_of(TlsSettings { trust, groups, version, sessions: Sessions::Forgotten }).unwrap()
        };
        assert_eq!(listed(&[Group::X25519, Group::Secp256r1], TlsVersion::Tls13), "X25519:P-256");
        assert_eq!(listed(&[Group::X25519], TlsVersion::Tls12), "X25519:P-256");
    }
}
