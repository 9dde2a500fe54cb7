//! The TLS config with the pins, and the names of what was offered and negotiated, in the ledger's spelling.

use std::path::Path;
use std::sync::Arc;

use ledger::Negotiated;
use params::{Group, TlsVersion, registry};
use rustls::crypto::aws_lc_rs::{self, Ticketer, cipher_suite, kx_group};
use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::server::{ClientHello, NoServerSessionStorage};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion, version};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::{Error, Pins};

/// The server's TLS config for `pins`, with the certificate chain and key from these PEM files. `oldest` is the oldest
/// version that is accepted besides the pinned one.
pub(super) fn server_config(
    pins: &Pins,
    oldest: Option<TlsVersion>,
    chain: &Path,
    key: &Path,
) -> Result<Arc<ServerConfig>, Error> {
    if let Some(protocol) = pins.alpn.iter().find(|protocol| *protocol != "http/1.1") {
        return Err(Error::Alpn(protocol.clone()));
    }
    let version: &'static SupportedProtocolVersion = match pins.tls_version {
        TlsVersion::Tls12 => &version::TLS12,
        TlsVersion::Tls13 => &version::TLS13,
    };
    if !pins.groups.iter().any(|group| kx_group(*group).usable_for_version(version.version)) {
        let groups = pins.groups.iter().map(|group| group.registered()).collect::<Vec<_>>().join(",");
        return Err(Error::Tls(format!("TLS {} has none of the groups {groups:?}: pin another", pins.tls_version)));
    }
    let provider = CryptoProvider {
        // The order that Go uses on a CPU with AES instructions, so that both origins cost a client the same.
        cipher_suites: vec![
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        kx_groups: pins.groups.iter().copied().map(kx_group).collect(),
        ..aws_lc_rs::default_provider()
    };
    let one = &[version];
    let versions: &[_] = if oldest == Some(TlsVersion::Tls12) { rustls::ALL_VERSIONS } else { one };
    let unusable = |error: rustls::Error| Error::Tls(format!("{error} (certificate {})", chain.display()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(certificates(chain)?, private_key(key)?)
        .map_err(unusable)?;
    config.alpn_protocols = pins.alpn.iter().map(|protocol| protocol.clone().into_bytes()).collect();
    config.session_storage = Arc::new(NoServerSessionStorage {});
    if pins.tickets {
        config.ticketer = Ticketer::new().map_err(unusable)?;
        // One ticket, as Go sends: a second one would cost every client work without being used.
        config.send_tls13_tickets = 1;
    } else {
        config.send_tls13_tickets = 0;
    }
    Ok(Arc::new(config))
}

/// Seeds the random number generator of the calling thread. aws-lc seeds it once per process (20 ms of CPU time) and
/// once per thread, which would otherwise be part of the first handshakes.
pub(super) fn warm_up() {
    // If it fails, every handshake will fail too, and report it.
    let _ = ::aws_lc_rs::rand::fill(&mut [0]);
}

fn kx_group(group: Group) -> &'static dyn SupportedKxGroup {
    match group {
        Group::X25519 => kx_group::X25519,
        Group::X25519MlKem768 => kx_group::X25519MLKEM768,
        Group::Secp256r1 => kx_group::SECP256R1,
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bad = |reason: String| Error::Pem { path: file.to_owned(), reason };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file).map_err(|e| bad(e.to_string()))?.collect();
    match chain {
        Ok(chain) if chain.is_empty() => Err(bad("there is no certificate in it".to_owned())),
        Ok(chain) => Ok(chain),
        Err(error) => Err(bad(error.to_string())),
    }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_file(file).map_err(|e| Error::Pem { path: file.to_owned(), reason: e.to_string() })
}

/// The groups that a client offered, in its order, without GREASE values (RFC 8701).
pub(super) fn offered_groups(hello: &ClientHello<'_>) -> String {
    let groups = hello.named_groups().unwrap_or_default().iter().copied();
    groups
        .map(u16::from)
        .filter(|group| !registry::is_grease(*group))
        .map(registry::group)
        .collect::<Vec<_>>()
        .join(",")
}

/// What a completed handshake negotiated, with a count of one.
pub(super) fn negotiated(connection: &ServerConnection) -> Negotiated {
    let version = connection.protocol_version().map(|version| registry::version(version.into())).unwrap_or_default();
    // rustls marks the suites of TLS 1.3 in their names, IANA doesn't.
    let suite = connection.negotiated_cipher_suite();
    let suite = suite.and_then(|suite| suite.suite().as_str()).unwrap_or_default().replacen("TLS13_", "TLS_", 1);
    let group = connection
        .negotiated_key_exchange_group()
        .map(|group| registry::group(group.name().into()))
        .unwrap_or_default();
    let alpn = connection.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
    Negotiated { version, suite, group, alpn, count: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Authority;

    fn refused(pins: Pins) -> String {
        let authority = Authority::create().unwrap();
        server_config(&pins, None, authority.chain_file(), authority.key_file()).unwrap_err().to_string()
    }

    #[test]
    fn pins_that_cannot_be_are_refused_in_words() {
        let h2 = refused(Pins { alpn: vec!["h2".into(), "http/1.1".into()], ..Pins::default() });
        assert!(h2.contains("\"h2\"") && h2.contains("go-httpbin"), "{h2}");
        let hybrid = Pins { tls_version: TlsVersion::Tls12, groups: vec![Group::X25519MlKem768], ..Pins::default() };
        let hybrid = refused(hybrid);
        assert!(hybrid.contains("x25519mlkem768") && hybrid.contains("1.2"), "{hybrid}");
    }

    #[test]
    fn a_missing_key_is_named() {
        let authority = Authority::create().unwrap();
        let missing = authority.key_file().with_file_name("missing.pem");
        let error = server_config(&Pins::default(), None, authority.chain_file(), &missing).unwrap_err().to_string();
        assert!(error.contains("missing.pem"), "{error}");
    }
}
