//! Parses the server's certificate chain, which TLS 1.2 and below send unencrypted.

use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::extension::Malformed;
use crate::octets::Octets;
use crate::{Chain, LeafKey, names};

/// Parses the body of a Certificate message (RFC 5246 §7.4.2).
pub(crate) fn chain(body: &[u8]) -> Result<Chain, Malformed> {
    let field = "its list of certificates";
    let mut body = Octets(body);
    let mut list = body.field24().filter(|_| body.is_empty()).map(Octets).ok_or(field)?;
    let mut chain = Chain { certificates: 0, bytes: 0, leaf: None };
    while !list.is_empty() {
        let certificate = list.field24().ok_or(field)?;
        if chain.certificates == 0 {
            chain.leaf = key(certificate);
        }
        chain.certificates += 1;
        chain.bytes += u32::try_from(certificate.len()).unwrap_or(u32::MAX);
    }
    Ok(chain)
}

/// The key in the certificate `der`.
fn key(der: &[u8]) -> Option<LeafKey> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let info = certificate.public_key();
    let algorithm = info.algorithm.algorithm.to_id_string();
    let (kind, bits) = match (info.parsed().ok()?, algorithm.as_str()) {
        (PublicKey::RSA(key), _) => ("RSA".to_owned(), bits(key.modulus)),
        (PublicKey::EC(_), _) => curve(info),
        (_, "1.3.101.112") => ("Ed25519".to_owned(), 256),
        (_, "1.3.101.113") => ("Ed448".to_owned(), 456),
        (other, _) => (names::shown(algorithm.as_bytes()), u32::try_from(other.key_size()).unwrap_or(0)),
    };
    Some(LeafKey { kind, bits })
}

/// The length of a number in bits, without leading zeroes.
fn bits(number: &[u8]) -> u32 {
    let mut significant = number.iter().skip_while(|byte| **byte == 0);
    let Some(first) = significant.next() else { return 0 };
    u32::try_from(significant.count()).unwrap_or(0).saturating_mul(8) + (8 - first.leading_zeros())
}

/// The curve that an elliptic key names (RFC 5480 §2.1.1).
fn curve(info: &SubjectPublicKeyInfo<'_>) -> (String, u32) {
    let named = info.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    match named.map(|oid| oid.to_id_string()).as_deref() {
        Some("1.2.840.10045.3.1.7") => ("ECDSA P-256".to_owned(), 256),
        Some("1.3.132.0.34") => ("ECDSA P-384".to_owned(), 384),
        Some("1.3.132.0.35") => ("ECDSA P-521".to_owned(), 521),
        Some(other) => (format!("ECDSA {}", names::shown(other.as_bytes())), 0),
        None => ("ECDSA".to_owned(), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_as_long_as_its_first_bit_says() {
        assert_eq!(bits(&[]), 0);
        assert_eq!(bits(&[0, 0]), 0);
        assert_eq!(bits(&[0, 0x80, 0]), 16);
        assert_eq!(bits(&[0x40, 0]), 15);
    }

    #[test]
    fn a_certificate_that_cannot_be_read_is_counted() {
        let chain = chain(&[0, 0, 9, 0, 0, 2, 1, 2, 0, 0, 1, 9]).unwrap();
        assert_eq!(chain, Chain { certificates: 2, bytes: 3, leaf: None });
    }

    #[test]
    fn lengths_must_fit() {
        assert!(chain_is_refused(&[0, 0, 4, 0, 0, 2, 1]));
        assert!(chain_is_refused(&[0, 0, 0, 0]));
        assert!(chain_is_refused(&[0, 0]));
    }

    fn chain_is_refused(body: &[u8]) -> bool {
        chain(body).is_err()
    }
}
