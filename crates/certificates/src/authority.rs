//! A certificate authority and its files: chains and keys that servers present, and the CA bundle that clients trust.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use params::CertificateKey;
use processes::TemporaryFolder;

use crate::file::write;
use crate::issue::{self, Issuer};
use crate::{Error, Leaf, mozilla};

/// A certificate authority. Its files are removed with this value.
pub struct Authority {
    folder: TemporaryFolder,
    key: CertificateKey,
    root: Issuer,
    intermediate: Issuer,
    good: Issued,
}

/// The files of an issued certificate. They are removed with the [`Authority`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// PEM: the leaf, then the intermediate.
    pub chain_file: PathBuf,
    /// PEM: the leaf's private key, readable by its owner only.
    pub key_file: PathBuf,
}

impl Authority {
    /// Creates an authority with a good leaf, all with ECDSA P-256 keys. See [`Authority::with`].
    ///
    /// # Errors
    /// A certificate can't be issued, or one of its files can't be written.
    pub fn create() -> Result<Authority, Error> {
        Authority::with(CertificateKey::EcdsaP256)
    }

    /// Creates an authority with a good leaf, in a temporary folder that only its owner may enter. Root, intermediate
    /// and leaves all have keys of the kind `key`.
    ///
    /// # Errors
    /// As [`Authority::create`].
    pub fn with(key: CertificateKey) -> Result<Authority, Error> {
        let folder =
            TemporaryFolder::new("certificates").map_err(Error::file("creating a folder in", std::env::temp_dir()))?;
        let root = issue::root("tlstax root", key)?;
        let intermediate = issue::intermediate("tlstax intermediate", key, 0, &root)?;
        write(&folder.path().join("root.pem"), &root.pem(), 0o644)?;
        write(&folder.path().join("trust.pem"), &(mozilla::roots() + &root.pem()), 0o644)?;
        let good = present(folder.path(), Leaf::Good, key, &intermediate)?;
        Ok(Authority { folder, key, root, intermediate, good })
    }

    /// Issues another leaf, in its own files. The good one exists from the start.
    ///
    /// # Errors
    /// As [`Authority::create`].
    pub fn issue(&self, leaf: Leaf) -> Result<Issued, Error> {
        match leaf {
            Leaf::Good => Ok(self.good.clone()),
            Leaf::Expired | Leaf::WrongName => present(self.folder.path(), leaf, self.key, &self.intermediate),
            Leaf::Untrusted => {
                let stranger = issue::root("tlstax unknown root", self.key)?;
                let intermediate = issue::intermediate("tlstax unknown intermediate", self.key, 0, &stranger)?;
                present(self.folder.path(), leaf, self.key, &intermediate)
            }
        }
    }

    /// Issues a leaf that is as valid as the good one, for these host names. Every call writes its own files.
    ///
    /// # Errors
    /// The same as [`Authority::create`], or a name is not valid in a certificate.
    pub fn issue_for(&self, names: &[&str]) -> Result<Issued, Error> {
        let folder = tempfile::Builder::new()
            .prefix("names-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(self.folder.path())
            .map_err(Error::file("creating a folder in", self.folder.path()))?;
        // It is removed with the authority's folder, in which it is.
        present_for(&folder.keep(), "names", names, Leaf::Good, self.key, &Line::through(&self.intermediate))
    }

    /// Issues a leaf that is as valid as the good one, with this many new intermediates between it and the root. With 0
    /// the root issues it.
    ///
    /// # Errors
    /// As [`Authority::create`].
    pub fn issue_through(&self, intermediates: u8) -> Result<Issued, Error> {
        let mut issuers: Vec<Issuer> = Vec::new();
        for below in (0..intermediates).rev() {
            let name = format!("tlstax intermediate {} of {intermediates}", intermediates - below);
            issuers.push(issue::intermediate(&name, self.key, below, issuers.last().unwrap_or(&self.root))?);
        }
        let line = Line { issuer: issuers.last().unwrap_or(&self.root), sent: issuers.iter().rev().collect() };
        present_for(self.folder.path(), &format!("through-{intermediates}"), &GOOD, Leaf::Good, self.key, &line)
    }

    /// The kind of all its keys.
    pub fn key(&self) -> CertificateKey {
        self.key
    }

    /// The good leaf and the intermediate, PEM.
    pub fn chain_file(&self) -> &Path {
        &self.good.chain_file
    }

    /// The good leaf's key, PEM.
    pub fn key_file(&self) -> &Path {
        &self.good.key_file
    }

    /// The root's certificate, PEM.
    pub fn root_file(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// The CA bundle that every client trusts: Mozilla's roots and this one, PEM. It has the usual size, because
    /// parsing it is part of a client's cost.
    pub fn trust_file(&self) -> PathBuf {
        self.folder.path().join("trust.pem")
    }
}

/// The names of a leaf that clients must accept. The wildcard is for workloads with many hosts: listing them would
/// change the certificate's size.
const GOOD: [&str; 4] = ["localhost", "127.0.0.1", "::1", "*.tlstax.test"];

/// Issues `leaf` and writes the files to present it.
fn present(folder: &Path, leaf: Leaf, key: CertificateKey, issuer: &Issuer) -> Result<Issued, Error> {
    let (file, hosts): (_, &[&str]) = match leaf {
        Leaf::Good => ("good", &GOOD),
        Leaf::Expired => ("expired", &GOOD),
        Leaf::WrongName => ("wrong-name", &["elsewhere.invalid"]),
        Leaf::Untrusted => ("untrusted", &GOOD),
    };
    present_for(folder, file, hosts, leaf, key, &Line::through(issuer))
}

/// The issuer of a leaf, and the issuers' certificates that are sent with it, the nearest first.
struct Line<'a> {
    issuer: &'a Issuer,
    sent: Vec<&'a Issuer>,
}

impl<'a> Line<'a> {
    fn through(intermediate: &'a Issuer) -> Line<'a> {
        Line { issuer: intermediate, sent: vec![intermediate] }
    }
}

fn present_for(
    folder: &Path,
    file: &str,
    hosts: &[&str],
    leaf: Leaf,
    key: CertificateKey,
    line: &Line<'_>,
) -> Result<Issued, Error> {
    let (certificate, key) = issue::leaf(&format!("tlstax origin ({file})"), key, hosts, leaf, line.issuer)?;
    let issued = Issued {
        chain_file: folder.join(format!("{file}-chain.pem")),
        key_file: folder.join(format!("{file}-key.pem")),
    };
    let chain = line.sent.iter().fold(certificate.pem(), |chain, issuer| chain + &issuer.pem());
    write(&issued.chain_file, &chain, 0o644)?;
    write(&issued.key_file, &key.serialize_pem(), 0o600)?;
    Ok(issued)
}

#[cfg(test)]
mod tests {
    use std::fs;
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
        verify_issued(authority, &authority.issue(leaf).unwrap(), host)
    }

    fn verify_issued(authority: &Authority, issued: &Issued, host: &str) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates(&authority.trust_file()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let chain = certificates(&issued.chain_file);
        let host = ServerName::try_from(host).unwrap().to_owned();
        use rustls::client::danger::ServerCertVerifier;
        verifier.verify_server_cert(&chain[0], &chain[1..], &host, &[], UnixTime::now()).map(|_| ())
    }

    #[test]
    fn the_good_leaf_is_accepted_for_each_of_its_names() {
        for key in CertificateKey::ALL {
            let authority = Authority::with(key).unwrap();
            for host in ["localhost", "127.0.0.1", "::1"] {
                assert_eq!(verify(&authority, Leaf::Good, host), Ok(()), "{key} {host}");
            }
        }
    }

    #[test]
    fn a_leaf_for_many_names_is_accepted_for_each_and_for_no_other() {
        let authority = Authority::create().unwrap();
        let names: Vec<String> = (0..200).map(|number| format!("host-{number:02}.test")).collect();
        let issued = authority.issue_for(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        for name in &names {
            assert_eq!(verify_issued(&authority, &issued, name), Ok(()), "{name}");
        }
        for stranger in ["localhost", "host-200.test", "test", "a.host-00.test"] {
            assert!(verify_issued(&authority, &issued, stranger).is_err(), "{stranger}");
        }
        let other = authority.issue_for(&["other.test"]).unwrap();
        assert_ne!(other, issued);
        assert_eq!(verify_issued(&authority, &issued, "host-00.test"), Ok(()), "it was replaced");
        assert!(authority.issue_for(&["höst"]).is_err());
    }

    #[test]
    fn a_chain_has_as_many_intermediates_as_were_asked_for() {
        let authority = Authority::create().unwrap();
        for intermediates in 0..3 {
            let issued = authority.issue_through(intermediates).unwrap();
            assert_eq!(certificates(&issued.chain_file).len(), usize::from(intermediates) + 1);
            assert_eq!(verify_issued(&authority, &issued, "localhost"), Ok(()), "{intermediates}");
            assert_eq!(verify_issued(&authority, &issued, "host-7.tlstax.test"), Ok(()), "{intermediates}");
        }
    }

    #[test]
    fn the_whole_chain_is_of_one_kind() {
        // The DER of an object identifier: ecdsa-with-SHA256 (RFC 5758 §3.2), sha256WithRSAEncryption (RFC 4055 §5).
        let ecdsa: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
        let rsa: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
        let has = |der: &CertificateDer<'_>, oid: &[u8]| der.windows(oid.len()).any(|window| window == oid);
        for (key, mine, other) in [(CertificateKey::EcdsaP256, ecdsa, rsa), (CertificateKey::Rsa2048, rsa, ecdsa)] {
            let authority = Authority::with(key).unwrap();
            let mut all = certificates(authority.chain_file());
            all.append(&mut certificates(&authority.root_file()));
            assert_eq!(all.len(), 3);
            assert!(all.iter().all(|der| has(der, mine) && !has(der, other)), "{key}");
        }
    }

    #[test]
    fn each_bad_leaf_is_refused_for_its_own_reason() {
        let authority = Authority::create().unwrap();
        let refused = |leaf| verify(&authority, leaf, "localhost").unwrap_err();
        let is = |error: &rustls::Error, wanted: fn(&CertificateError) -> bool| match error {
            rustls::Error::InvalidCertificate(reason) => wanted(reason),
            _ => false,
        };
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
