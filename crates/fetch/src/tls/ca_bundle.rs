//! Whether a file of the user's is a CA bundle: certificates in PEM that every TLS stack takes as roots.
//!
//! It is asked before anything is measured, so that each mistake is told with what to do about it.

use openssl::x509::X509;
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Why a file is no CA bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaBundleError {
    /// There is nothing in it.
    #[error("it is empty: give a PEM file with the CA's certificate (-----BEGIN CERTIFICATE-----)")]
    Empty,
    /// It is DER.
    #[error("it is DER, not PEM: `openssl x509 -inform der -in FILE -out ca.pem` makes PEM of a certificate")]
    Der,
    /// It holds a private key alone.
    #[error(
        "it holds a private key and no certificate: give the CA's certificate instead, which is all that clients need"
    )]
    Key,
    /// It holds no certificate.
    #[error("it holds no certificate: give a PEM file with the CA's certificate (-----BEGIN CERTIFICATE-----)")]
    NoCertificate,
    /// One of its certificates is damaged.
    #[error("its certificate {number} cannot be read ({reason}): take it out, or export the bundle again")]
    Damaged {
        /// Which one, from 1.
        number: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// Checks that `bytes` are a CA bundle.
///
/// # Errors
/// When they are none.
pub fn check_ca_bundle(bytes: &[u8]) -> Result<(), CaBundleError> {
    if bytes.trim_ascii().is_empty() {
        return Err(CaBundleError::Empty);
    }
    // A SEQUENCE whose length takes two bytes: what a certificate in DER begins with.
    if bytes.starts_with(&[0x30, 0x82]) {
        return Err(CaBundleError::Der);
    }
    let mut count = 0;
    for (number, certificate) in (1..).zip(CertificateDer::pem_slice_iter(bytes)) {
        let damaged = |reason: String| CaBundleError::Damaged { number, reason };
        let certificate = certificate.map_err(|error| damaged(error.to_string()))?;
        RootCertStore::empty().add(certificate.clone()).map_err(|error| damaged(error.to_string()))?;
        X509::from_der(&certificate).map_err(|error| damaged(error.to_string()))?;
        count = number;
    }
    let has_key = bytes
        .split(|byte| *byte == b'\n')
        .any(|line| line.starts_with(b"-----BEGIN ") && line.trim_ascii_end().ends_with(KEY));
    match (count, has_key) {
        (0, true) => Err(CaBundleError::Key),
        (0, false) => Err(CaBundleError::NoCertificate),
        _ => Ok(()),
    }
}

/// What the first line of every kind of private key ends with (RFC 7468 §10, §11).
const KEY: &[u8] = b"PRIVATE KEY-----";

#[cfg(test)]
mod tests {
    use std::fs;

    use certificates::Authority;

    use super::*;

    #[test]
    fn each_mistake_is_told_apart() {
        let authority = Authority::create().unwrap();
        let root = fs::read(authority.root_file()).unwrap();
        let key = fs::read(authority.key_file()).unwrap();
        let der = CertificateDer::from_pem_slice(&root).unwrap().to_vec();
        assert_eq!(check_ca_bundle(&root), Ok(()));
        assert_eq!(check_ca_bundle(&[key.clone(), root.clone()].concat()), Ok(()), "a key beside it is passed over");
        assert_eq!(check_ca_bundle(&fs::read(authority.trust_file()).unwrap()), Ok(()));
        assert_eq!(check_ca_bundle(b"\n \n"), Err(CaBundleError::Empty));
        assert_eq!(check_ca_bundle(&der), Err(CaBundleError::Der));
        assert_eq!(check_ca_bundle(&key), Err(CaBundleError::Key));
        assert_eq!(check_ca_bundle(b"\x7fELF"), Err(CaBundleError::NoCertificate));
        let damaged = "-----BEGIN CERTIFICATE-----\nTm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
        let second = check_ca_bundle(&[&root, damaged.as_bytes()].concat());
        assert!(matches!(second, Err(CaBundleError::Damaged { number: 2, .. })), "{second:?}");
        let cut = check_ca_bundle(&root[..root.len() / 2]);
        assert!(matches!(cut, Err(CaBundleError::Damaged { number: 1, .. })), "{cut:?}");
    }
}
