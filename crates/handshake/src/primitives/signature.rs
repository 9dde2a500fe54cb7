//! The signature of `CertificateVerify`: making it is the server's part, verifying it the client's.
//!
//! For signing, the leaf's key is parsed beforehand. For verifying, rustls uses the key as it is in the certificate;
//! OpenSSL's key has been parsed with the certificate, as in a handshake.

use std::sync::Arc;

use ::openssl::error::ErrorStack;
use ::openssl::hash::MessageDigest;
use ::openssl::pkey::{PKey, Private, Public};
use ::openssl::rsa::Padding;
use ::openssl::sign::{RsaPssSaltlen, Signer, Verifier};
use ::openssl::x509::X509;
use ::openssl::{ec::PointConversionForm, pkey::Id};
use certificates::Authority;
use params::CertificateKey;
use rustls::SignatureScheme;
use rustls_pki_types::SignatureVerificationAlgorithm;

use super::operation::{Operation, demand};
use crate::stack::stock;
use crate::trust::Material;
use crate::{Error, Stack};

/// Name the operations in errors.
const SIGNING: &str = "signing";
const VERIFYING: &str = "verifying a signature";

pub(super) fn sign(stack: Stack, authority: &Authority) -> Result<Operation, Error> {
    let material = Material::read(authority)?;
    let leaf = public_key(&material)?;
    let message = message();
    let mut sign = signer(stack, authority.key(), &material)?;
    let signature = sign(&message)?;
    let is_right = openssl_verifies(&leaf, &signature, &message).map_err(Error::primitive(SIGNING))?;
    demand(is_right, SIGNING, "the leaf's public key doesn't verify the signature")?;
    Ok(Operation::of(move || sign(&message)))
}

pub(super) fn verify(stack: Stack, authority: &Authority) -> Result<Operation, Error> {
    let material = Material::read(authority)?;
    let message = message();
    let signature = signer(Stack::OpenSsl, authority.key(), &material)?(&message)?;
    let verify = verifier(stack, authority.key(), &material)?;
    demand(verify(&message, &signature)?, VERIFYING, "a good signature was refused")?;
    let mut flipped = signature.clone();
    if let Some(last) = flipped.last_mut() {
        *last ^= 1;
    }
    demand(!verify(&message, &flipped)?, VERIFYING, "a signature with a bit flipped was accepted")?;
    Ok(Operation::of(move || demand(verify(&message, &signature)?, VERIFYING, "a good signature was refused")))
}

/// What is signed (RFC 8446 §4.4.3): 64 spaces, the context and a zero byte, and a transcript hash, here of ones.
fn message() -> Vec<u8> {
    [&[b' '; 64][..], b"TLS 1.3, server CertificateVerify\0", &[1; 32]].concat()
}

/// Makes signatures with the leaf's key.
type Sign = Box<dyn FnMut(&[u8]) -> Result<Vec<u8>, Error> + Send>;

fn signer(stack: Stack, key: CertificateKey, material: &Material) -> Result<Sign, Error> {
    match stack {
        Stack::OpenSsl => {
            let own = PKey::private_key_from_der(material.key.secret_der()).map_err(Error::primitive(SIGNING))?;
            Ok(Box::new(move |message| openssl_signs(&own, message).map_err(Error::primitive(SIGNING))))
        }
        Stack::RustlsAwsLc | Stack::RustlsRing => {
            let own = stock(stack).key_provider.load_private_key(material.key.clone_key());
            let own = own.map_err(Error::primitive(SIGNING))?;
            let offered = [SignatureScheme::from(key.signature_scheme().number)];
            // The scheme is chosen each time, as in a handshake.
            Ok(Box::new(move |message| {
                let signer = own.choose_scheme(&offered);
                let signer = signer.ok_or_else(|| Error::primitive(SIGNING)("the key has no such scheme"))?;
                signer.sign(message).map_err(Error::primitive(SIGNING))
            }))
        }
    }
}

/// Verifies signatures with the leaf's public key.
type Verify = Box<dyn Fn(&[u8], &[u8]) -> Result<bool, Error> + Send>;

fn verifier(stack: Stack, key: CertificateKey, material: &Material) -> Result<Verify, Error> {
    let leaf = public_key(material)?;
    match stack {
        Stack::OpenSsl => Ok(Box::new(move |message, signature| {
            // A signature that is not well-formed gives an error, which counts as invalid.
            Ok(openssl_verifies(&leaf, signature, message).unwrap_or(false))
        })),
        Stack::RustlsAwsLc | Stack::RustlsRing => {
            let algorithm = algorithm(stack, SignatureScheme::from(key.signature_scheme().number))?;
            let leaf: Arc<[u8]> = bits(&leaf).map_err(Error::primitive(VERIFYING))?.into();
            Ok(Box::new(move |message, signature| Ok(algorithm.verify_signature(&leaf, message, signature).is_ok())))
        }
    }
}

/// The algorithm that TLS 1.3 uses for a scheme: the first (see [`rustls::crypto::WebPkiSupportedAlgorithms`]).
fn algorithm(stack: Stack, scheme: SignatureScheme) -> Result<&'static dyn SignatureVerificationAlgorithm, Error> {
    let mapping = stock(stack).signature_verification_algorithms.mapping;
    let found = mapping.iter().find(|(offered, _)| *offered == scheme).and_then(|(_, algorithms)| algorithms.first());
    found.copied().ok_or_else(|| Error::primitive(VERIFYING)("the provider has no such scheme"))
}

fn public_key(material: &Material) -> Result<PKey<Public>, Error> {
    let leaf = material.chain.first().ok_or_else(|| Error::primitive(VERIFYING)("the chain is empty"))?;
    X509::from_der(leaf).and_then(|leaf| leaf.public_key()).map_err(Error::primitive(VERIFYING))
}

/// The key as it is in the certificate's BIT STRING: a point (RFC 5480 §2.2), or PKCS #1 (RFC 3279 §2.3.1).
fn bits(key: &PKey<Public>) -> Result<Vec<u8>, ErrorStack> {
    if key.id() == Id::RSA {
        return key.rsa()?.public_key_to_der_pkcs1();
    }
    let key = key.ec_key()?;
    let mut context = ::openssl::bn::BigNumContext::new()?;
    key.public_key().to_bytes(key.group(), PointConversionForm::UNCOMPRESSED, &mut context)
}

fn openssl_signs(key: &PKey<Private>, message: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut signer = Signer::new(MessageDigest::sha256(), key)?;
    if key.id() == Id::RSA {
        signer.set_rsa_padding(Padding::PKCS1_PSS)?;
        signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
    }
    signer.sign_oneshot_to_vec(message)
}

fn openssl_verifies(key: &PKey<Public>, signature: &[u8], message: &[u8]) -> Result<bool, ErrorStack> {
    let mut verifier = Verifier::new(MessageDigest::sha256(), key)?;
    if key.id() == Id::RSA {
        verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
        verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
    }
    verifier.verify_oneshot(signature, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_library_verifies_what_each_signs_and_nothing_else() {
        for key in CertificateKey::ALL {
            let material = Material::read(&Authority::with(key).unwrap()).unwrap();
            for from in Stack::ALL {
                let signature = signer(from, key, &material).unwrap()(&message()).unwrap();
                for to in Stack::ALL {
                    let verify = verifier(to, key, &material).unwrap();
                    assert!(verify(&message(), &signature).unwrap(), "{key}: {from} to {to}");
                    for index in 0..signature.len() {
                        let mut flipped = signature.clone();
                        flipped[index] ^= 1;
                        assert!(!verify(&message(), &flipped).unwrap(), "{key}: {from} to {to}, byte {index}");
                    }
                }
            }
        }
    }
}
