//! Certificates for one run: a private authority, the origin's leaf, and the files that clients trust.
//!
//! Everything is ECDSA P-256, since the kind of certificate decides how the cost of a handshake falls on client and
//! server. The chain is root, intermediate, leaf, as on the web: verifying it is part of what HTTPS costs. What TLS
//! negotiates with them is for [`crate::Pins`].

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

use crate::Error;

/// How long certificates are valid: longer than any run, shorter than any client's limit.
const VALID_FOR: Duration = Duration::days(90);
/// How far back their validity begins: the clocks of a container and of its host needn't agree.
const BACKDATED: Duration = Duration::days(2);

/// A certificate authority that lives as long as this value, and its files with it.
pub struct Authority {
    folder: TempDir,
    intermediate: CertifiedIssuer<'static, KeyPair>,
    good: Issued,
}

/// A leaf to present: what a client must accept, or one of what it must refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leaf {
    /// For `localhost`, `127.0.0.1` and `::1`, valid now.
    Good,
    /// As the good one, but its time is over.
    Expired,
    /// As the good one, but for another host.
    WrongName,
    /// As the good one, but from a root that nobody knows.
    Untrusted,
}

/// The files of an issued certificate. They go with the [`Authority`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// PEM: the leaf, then the intermediate.
    pub chain_file: PathBuf,
    /// PEM: the leaf's private key, readable by its owner only.
    pub key_file: PathBuf,
}

impl Authority {
    /// A fresh authority with a good leaf, in a temporary folder that only its owner may enter.
    ///
    /// # Errors
    /// When a certificate can't be issued, or a file of it not be written.
    pub fn create() -> Result<Authority, Error> {
        let folder = tempfile::Builder::new()
            .prefix("tlstax-certificates-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .map_err(Error::file("creating a folder in", std::env::temp_dir()))?;
        let root = root("tlstax root")?;
        let intermediate = intermediate("tlstax intermediate", &root)?;
        write(&folder.path().join("root.pem"), &root.pem(), 0o644)?;
        write(&folder.path().join("trust.pem"), &(mozilla_roots() + &root.pem()), 0o644)?;
        let good = issue(folder.path(), Leaf::Good, &intermediate)?;
        Ok(Authority { folder, intermediate, good })
    }

    /// Another leaf, in files of its own; the good one is there from the start.
    ///
    /// # Errors
    /// As [`Authority::create`].
    pub fn issue(&self, leaf: Leaf) -> Result<Issued, Error> {
        match leaf {
            Leaf::Good => Ok(self.good.clone()),
            Leaf::Expired | Leaf::WrongName => issue(self.folder.path(), leaf, &self.intermediate),
            Leaf::Untrusted => {
                let stranger = root("tlstax unknown root")?;
                issue(self.folder.path(), leaf, &intermediate("tlstax unknown intermediate", &stranger)?)
            }
        }
    }

    /// The good leaf and the intermediate, PEM.
    pub fn chain_file(&self) -> &Path {
        &self.good.chain_file
    }

    /// The good leaf's key, PEM.
    pub fn key_file(&self) -> &Path {
        &self.good.key_file
    }

    /// The root alone, PEM.
    pub fn root_file(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// What every client trusts: Mozilla's roots and this one, PEM. A trust store of the usual size, because parsing
    /// it is part of what a client costs.
    pub fn trust_file(&self) -> PathBuf {
        self.folder.path().join("trust.pem")
    }
}

fn root(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>, Error> {
    let (params, key) = authority(name, BasicConstraints::Unconstrained)?;
    CertifiedIssuer::self_signed(params, key).map_err(failed(name))
}

fn intermediate(
    name: &str,
    root: &CertifiedIssuer<'static, KeyPair>,
) -> Result<CertifiedIssuer<'static, KeyPair>, Error> {
    let (params, key) = authority(name, BasicConstraints::Constrained(0))?;
    CertifiedIssuer::signed_by(params, key, root).map_err(failed(name))
}

fn authority(name: &str, constraints: BasicConstraints) -> Result<(CertificateParams, KeyPair), Error> {
    let (mut params, key) = certificate(name, &[])?;
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok((params, key))
}

fn issue(folder: &Path, leaf: Leaf, issuer: &CertifiedIssuer<'static, KeyPair>) -> Result<Issued, Error> {
    let (file, hosts): (_, &[&str]) = match leaf {
        Leaf::Good => ("good", &["localhost", "127.0.0.1", "::1"]),
        Leaf::Expired => ("expired", &["localhost", "127.0.0.1", "::1"]),
        Leaf::WrongName => ("wrong-name", &["elsewhere.invalid"]),
        Leaf::Untrusted => ("untrusted", &["localhost", "127.0.0.1", "::1"]),
    };
    let name = format!("tlstax origin ({file})");
    let (mut params, key) = certificate(&name, hosts)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    if leaf == Leaf::Expired {
        params.not_after = params.not_before + Duration::days(1);
    }
    let certificate = params.signed_by(&key, issuer).map_err(failed(&name))?;
    let issued = Issued {
        chain_file: folder.join(format!("{file}-chain.pem")),
        key_file: folder.join(format!("{file}-key.pem")),
    };
    write(&issued.chain_file, &(certificate.pem() + &issuer.pem()), 0o644)?;
    write(&issued.key_file, &key.serialize_pem(), 0o600)?;
    Ok(issued)
}

/// What all of them have in common. OpenSSL's strict mode asks for the authority key identifier, and macOS for a
/// validity of at most 825 days.
fn certificate(name: &str, hosts: &[&str]) -> Result<(CertificateParams, KeyPair), Error> {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).map_err(failed(name))?;
    let now = now();
    params.not_before = now - BACKDATED;
    params.not_after = now + VALID_FOR;
    params.distinguished_name.push(DnType::CommonName, name);
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(failed(name))?;
    Ok((params, key))
}

fn failed(subject: &str) -> impl FnOnce(rcgen::Error) -> Error {
    move |source| Error::Certificate { subject: subject.to_owned(), source }
}

/// Now, to the second; 1970 on a machine whose clock is set before that.
fn now() -> OffsetDateTime {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since_1970.as_secs()).unwrap_or_default();
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn mozilla_roots() -> String {
    let mut pem = String::new();
    for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let text = BASE64_STANDARD.encode(root);
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        let mut rest = text.as_str();
        // RFC 7468: lines of 64 characters. Base64 is ASCII, so any index is a boundary.
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(64));
            pem.push_str(line);
            pem.push('\n');
            rest = after;
        }
        pem.push_str("-----END CERTIFICATE-----\n");
    }
    pem
}

/// Writes a file that has its mode from its creation on. A file that is already there is replaced, so that asking
/// for the same leaf twice gives a fresh one.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::file("replacing", path)(error));
        }
        _ => {}
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(Error::file("writing", path))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::client::WebPkiServerVerifier;
    use rustls::{CertificateError, RootCertStore};
    use rustls_pki_types::pem::PemObject;
    use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

    use super::*;

    fn certificates(file: &Path) -> Vec<CertificateDer<'static>> {
        CertificateDer::pem_file_iter(file).unwrap().map(|certificate| certificate.unwrap()).collect()
    }

    fn verify(authority: &Authority, leaf: Leaf, host: &str) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates(&authority.trust_file()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let chain = certificates(&authority.issue(leaf).unwrap().chain_file);
        let host = ServerName::try_from(host).unwrap().to_owned();
        use rustls::client::danger::ServerCertVerifier;
        verifier.verify_server_cert(&chain[0], &chain[1..], &host, &[], UnixTime::now()).map(|_| ())
    }

    #[test]
    fn the_good_leaf_is_accepted_for_each_of_its_names() {
        let authority = Authority::create().unwrap();
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert_eq!(verify(&authority, Leaf::Good, host), Ok(()), "{host}");
        }
    }

    #[test]
    fn each_bad_leaf_is_refused_for_its_own_reason() {
        let authority = Authority::create().unwrap();
        let refused = |leaf| verify(&authority, leaf, "localhost").unwrap_err();
        let is = |error: &rustls::Error, wanted: fn(&CertificateError) -> bool| matches!(error, rustls::Error::InvalidCertificate(reason) if wanted(reason));
        let expired = refused(Leaf::Expired);
        assert!(is(&expired, |reason| matches!(reason, CertificateError::ExpiredContext { .. })), "{expired:?}");
        let wrong = refused(Leaf::WrongName);
        assert!(is(&wrong, |reason| matches!(reason, CertificateError::NotValidForNameContext { .. })), "{wrong:?}");
        let untrusted = refused(Leaf::Untrusted);
        assert!(is(&untrusted, |reason| matches!(reason, CertificateError::UnknownIssuer)), "{untrusted:?}");
    }

    #[test]
    fn the_trust_file_is_mozillas_and_ours() {
        let authority = Authority::create().unwrap();
        let trusted = certificates(&authority.trust_file());
        assert_eq!(trusted.len(), webpki_root_certs::TLS_SERVER_ROOT_CERTS.len() + 1);
        assert_eq!(trusted.last(), certificates(&authority.root_file()).first());
        assert_eq!(&trusted[..trusted.len() - 1], webpki_root_certs::TLS_SERVER_ROOT_CERTS);
    }

    #[test]
    fn only_the_owner_reads_the_key_and_the_files_go_with_the_authority() {
        let authority = Authority::create().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (folder, key) = (authority.folder.path().to_owned(), authority.key_file().to_owned());
        assert_eq!((mode(&folder), mode(&key)), (0o700, 0o600));
        drop(authority);
        assert!(!folder.exists());
    }

    #[test]
    fn every_run_has_keys_of_its_own() {
        let (one, two) = (Authority::create().unwrap(), Authority::create().unwrap());
        assert_ne!(fs::read(one.root_file()).unwrap(), fs::read(two.root_file()).unwrap());
        assert_ne!(fs::read(one.key_file()).unwrap(), fs::read(two.key_file()).unwrap());
    }
}
