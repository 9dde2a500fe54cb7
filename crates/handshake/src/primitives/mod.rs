//! The parts of a handshake, each measured separately, one file per group of parts.
//!
//! Their sum is less than a handshake: messages, records, transcripts and allocation are not included.

mod chain;
mod key_exchange;
mod key_schedule;
mod operation;
mod signature;
mod trust_store;

use std::fmt;

use certificates::Authority;
use params::{CertificateKey, Group};

use crate::trust::Material;
use crate::{Error, Setting, Side, Stack};
pub use operation::Operation;

/// A part of a handshake, or of its preparation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Primitive {
    /// One side's key exchange: the client makes a key share and, once it has the server's, the secret; the server
    /// makes share and secret in one step.
    KeyExchange(Group, Side),
    /// Signing `CertificateVerify` (RFC 8446 §4.4.3), which is the server's: ECDSA with SHA-256 on P-256, or RSA-2048
    /// PSS with SHA-256.
    Sign(CertificateKey),
    /// Verifying that signature, which is the client's.
    Verify(CertificateKey),
    /// Validating the server's chain, usually leaf and intermediate in DER, against the trust store, usually the full
    /// one; host name included.
    Chain(CertificateKey),
    /// All that a full handshake of TLS 1.3 derives (RFC 8446 §7.1 and §7.3): the same on either side.
    KeySchedule,
    /// Loading the full store from PEM. This is not part of a handshake: a well-made client does it once per TLS
    /// config.
    TrustStore,
}

impl Primitive {
    /// All primitives.
    pub const ALL: [Primitive; 12] = [
        Primitive::KeyExchange(Group::X25519, Side::Client),
        Primitive::KeyExchange(Group::X25519, Side::Server),
        Primitive::KeyExchange(Group::X25519MlKem768, Side::Client),
        Primitive::KeyExchange(Group::X25519MlKem768, Side::Server),
        Primitive::Sign(CertificateKey::EcdsaP256),
        Primitive::Sign(CertificateKey::Rsa2048),
        Primitive::Verify(CertificateKey::EcdsaP256),
        Primitive::Verify(CertificateKey::Rsa2048),
        Primitive::Chain(CertificateKey::EcdsaP256),
        Primitive::Chain(CertificateKey::Rsa2048),
        Primitive::KeySchedule,
        Primitive::TrustStore,
    ];

    /// The reason why `stack` does not provide it; `None` if it does.
    pub fn missing(self, stack: Stack) -> Option<&'static str> {
        match (self, stack) {
            (Primitive::KeyExchange(Group::X25519MlKem768, _), Stack::OpenSsl) => {
                Some("the openssl crate has no safe call for key encapsulation")
            }
            (Primitive::KeyExchange(group, _), _) => stack.lacks(group),
            _ => None,
        }
    }

    /// The key type that its authority must have; arbitrary for primitives without certificates.
    pub fn key(self) -> CertificateKey {
        match self {
            Primitive::Sign(key) | Primitive::Verify(key) | Primitive::Chain(key) => key,
            Primitive::KeyExchange(..) | Primitive::KeySchedule | Primitive::TrustStore => CertificateKey::EcdsaP256,
        }
    }

    /// Sets it up with the usual chain and store ([`Primitive::prepare_in`]).
    ///
    /// # Errors
    /// As [`Primitive::prepare_in`].
    pub fn prepare(self, stack: Stack, authority: &Authority) -> Result<Operation, Error> {
        self.prepare_in(stack, authority, Setting::default())
    }

    /// Sets it up, and does it once to see that its result is right.
    ///
    /// # Errors
    /// When it is [`Primitive::missing`], the authority's keys are of another kind, the library refuses, or the result
    /// is wrong.
    pub fn prepare_in(self, stack: Stack, authority: &Authority, setting: Setting) -> Result<Operation, Error> {
        if let Some(reason) = self.missing(stack) {
            return Err(Error::Missing { what: format!("{self} of {stack}"), reason });
        }
        if authority.key() != self.key() {
            return Err(Error::Missing { what: self.to_string(), reason: "the authority's keys are of another kind" });
        }
        match self {
            Primitive::KeyExchange(group, side) => key_exchange::prepare(stack, group, side),
            Primitive::Sign(_) => signature::sign(stack, authority),
            Primitive::Verify(_) => signature::verify(stack, authority),
            Primitive::Chain(_) => chain::prepare(stack, &Material::read_in(authority, setting)?),
            Primitive::KeySchedule => key_schedule::prepare(stack),
            Primitive::TrustStore => trust_store::prepare(stack, authority),
        }
    }
}

/// The name in figures, e.g. `key-exchange/x25519/client`.
impl fmt::Display for Primitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Primitive::KeyExchange(group, side) => write!(f, "key-exchange/{}/{side}", group.registered()),
            Primitive::Sign(key) => write!(f, "sign/{key}"),
            Primitive::Verify(key) => write!(f, "verify/{key}"),
            Primitive::Chain(key) => write!(f, "chain/{key}"),
            Primitive::KeySchedule => f.write_str("key-schedule"),
            Primitive::TrustStore => f.write_str("trust-store"),
        }
    }
}

#[cfg(test)]
mod tests {
    use params::{Chain, Trust};

    use super::*;

    #[test]
    fn every_primitive_is_done_by_every_stack_that_has_it() {
        let authorities = CertificateKey::ALL.map(|key| Authority::with(key).unwrap());
        let mut done = 0;
        for stack in Stack::ALL {
            for primitive in Primitive::ALL {
                let authority = authorities.iter().find(|authority| authority.key() == primitive.key()).unwrap();
                match (primitive.missing(stack), primitive.prepare(stack, authority)) {
                    (None, Ok(mut operation)) => {
                        assert!(operation.run(3).unwrap() > 0, "{primitive} of {stack}");
                        done += 1;
                    }
                    (Some(_), Err(Error::Missing { .. })) => {}
                    (_, Err(error)) => panic!("{primitive} of {stack}: {error}"),
                    (Some(_), Ok(_)) => panic!("{primitive} of {stack} is said to be missing"),
                }
            }
        }
        assert_eq!(done, 3 * 12 - 4);
    }

    #[test]
    fn what_is_beside_the_usual_is_done_too() {
        let authority = Authority::create().unwrap();
        let setting = Setting { chain: Chain::Three, trust: Trust::Own };
        let key_exchange = |side| Primitive::KeyExchange(Group::Secp256r1, side);
        for stack in Stack::ALL {
            for primitive in
                [key_exchange(Side::Client), key_exchange(Side::Server), Primitive::Chain(CertificateKey::EcdsaP256)]
            {
                let mut operation = primitive.prepare_in(stack, &authority, setting).unwrap();
                assert!(operation.run(3).unwrap() > 0, "{primitive} of {stack}");
            }
        }
    }
}
