//! The key schedule of TLS 1.3 (RFC 8446 §7.1): three extractions and eighteen expansions from the shared secret to
//! the keys of both directions, as a full handshake has them. One schedule, over each library's HKDF (RFC 5869).
//!
//! The transcript's hashes are given; hashing it, and the MACs of `Finished`, are not part of this.

use ::openssl::kdf::{HkdfMode, hkdf};
use ::openssl::md::Md;
use params::{CertificateKey, Suite, TlsVersion};
use rustls::crypto::tls13::{Hkdf, HkdfExpander, OkmBlock};

use super::operation::{Operation, demand};
use crate::stack::stock;
use crate::{Error, Stack};

/// Names the operation in errors.
const WHAT: &str = "deriving keys";

/// Output of SHA-256, the suite's hash, bytes.
const HASH: usize = 32;

/// SHA-256 of nothing.
const NOTHING: [u8; HASH] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// The example of RFC 8448 §3: the secret that X25519 led to.
const SHARED: [u8; HASH] = [
    0x8b, 0xd4, 0x05, 0x4f, 0xb5, 0x5b, 0x9d, 0x63, 0xfd, 0xfb, 0xac, 0xf9, 0xf0, 0x4b, 0x9f, 0x0d, 0x35, 0xe6, 0xd6,
    0x3f, 0x53, 0x75, 0x63, 0xef, 0xd4, 0x62, 0x72, 0x90, 0x0f, 0x89, 0x49, 0x2d,
];
/// The example's transcript from ClientHello to ServerHello, hashed.
const HELLOS: [u8; HASH] = [
    0x86, 0x0c, 0x06, 0xed, 0xc0, 0x78, 0x58, 0xee, 0x8e, 0x78, 0xf0, 0xe7, 0x42, 0x8c, 0x58, 0xed, 0xd6, 0xb4, 0x3f,
    0x2c, 0xa3, 0xe6, 0xe9, 0x5f, 0x02, 0xed, 0x06, 0x3c, 0xf0, 0xe1, 0xca, 0xd8,
];
/// The example's transcript up to the server's Finished, hashed.
const WHOLE: [u8; HASH] = [
    0x96, 0x08, 0x10, 0x2a, 0x0f, 0x1c, 0xcc, 0x6d, 0xb6, 0x25, 0x0b, 0x7b, 0x7e, 0x41, 0x7b, 0x1a, 0x00, 0x0e, 0xaa,
    0xda, 0x3d, 0xaa, 0xe4, 0x77, 0x7a, 0x76, 0x86, 0xc9, 0xff, 0x83, 0xdf, 0x13,
];
/// The example's key and IV that the server writes the rest of its handshake with.
const SERVER_HANDSHAKE: Traffic = Traffic {
    key: [0x3f, 0xce, 0x51, 0x60, 0x09, 0xc2, 0x17, 0x27, 0xd0, 0xf2, 0xe4, 0xe8, 0x6e, 0xe4, 0x03, 0xbc],
    iv: [0x5d, 0x31, 0x3e, 0xb2, 0x67, 0x12, 0x76, 0xee, 0x13, 0x00, 0x0b, 0x30],
};
/// The example's key and IV that the server writes its data with.
const SERVER_APPLICATION: Traffic = Traffic {
    key: [0x9f, 0x02, 0x28, 0x3b, 0x6c, 0x9c, 0x07, 0xef, 0xc2, 0x6b, 0xb9, 0xf2, 0xac, 0x92, 0xe3, 0x56],
    iv: [0xcf, 0x78, 0x2b, 0x88, 0xdd, 0x83, 0x54, 0x9a, 0xad, 0xf1, 0xe9, 0x84],
};

pub(super) fn prepare(stack: Stack) -> Result<Operation, Error> {
    match stack {
        Stack::OpenSsl => checked(OpenSsl),
        Stack::RustlsAwsLc | Stack::RustlsRing => {
            let wanted = Suite::of(TlsVersion::Tls13, CertificateKey::EcdsaP256).number();
            let suites = stock(stack).cipher_suites;
            let suite = suites.into_iter().find(|offered| u16::from(offered.suite()) == wanted);
            let suite = suite.and_then(|suite| suite.tls13());
            checked(Rustls(
                suite.ok_or_else(|| Error::primitive(WHAT)("the provider has no such suite"))?.hkdf_provider,
            ))
        }
    }
}

fn checked<K: Kdf + Send + 'static>(kdf: K) -> Result<Operation, Error> {
    let keys = schedule(&kdf, &SHARED, &HELLOS, &WHOLE)?;
    let right = keys.server_handshake == SERVER_HANDSHAKE && keys.server_application == SERVER_APPLICATION;
    demand(right, WHAT, "not the keys of RFC 8448's example")?;
    Ok(Operation::of(move || schedule(&kdf, &SHARED, &HELLOS, &WHOLE)))
}

/// HKDF with SHA-256, as the key schedule uses it.
trait Kdf {
    /// A secret to expand.
    type Secret;

    /// HKDF-Extract; without `input`, of zeroes.
    fn extract(&self, salt: Option<&[u8; HASH]>, input: Option<&[u8]>) -> Result<Self::Secret, Error>;

    /// A secret that was itself expanded from another.
    fn expanded(&self, secret: &[u8; HASH]) -> Self::Secret;

    /// HKDF-Expand; the parts of `info` are concatenated.
    fn expand(&self, secret: &Self::Secret, info: &[&[u8]], output: &mut [u8]) -> Result<(), Error>;
}

/// The keys that protect one direction (RFC 8446 §7.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Traffic {
    key: [u8; 16],
    iv: [u8; 12],
}

/// Everything that a full handshake derives.
#[derive(Debug, PartialEq, Eq)]
struct Keys {
    client_handshake: Traffic,
    server_handshake: Traffic,
    client_finished: [u8; HASH],
    server_finished: [u8; HASH],
    client_application: Traffic,
    server_application: Traffic,
    exporter: [u8; HASH],
    resumption: [u8; HASH],
}

/// `hellos` is the hash of the transcript up to ServerHello, `whole` that of the complete transcript. (The resumption
/// secret also covers the client's Finished; the cost is the same.)
fn schedule<K: Kdf>(kdf: &K, shared: &[u8], hellos: &[u8; HASH], whole: &[u8; HASH]) -> Result<Keys, Error> {
    let early = kdf.extract(None, None)?;
    let derived = label(kdf, &early, b"derived", &NOTHING)?;

    let handshake = kdf.extract(Some(&derived), Some(shared))?;
    let client = kdf.expanded(&label(kdf, &handshake, b"c hs traffic", hellos)?);
    let server = kdf.expanded(&label(kdf, &handshake, b"s hs traffic", hellos)?);
    let (client_handshake, server_handshake) = (traffic(kdf, &client)?, traffic(kdf, &server)?);
    let (client_finished, server_finished) =
        (label(kdf, &client, b"finished", &[])?, label(kdf, &server, b"finished", &[])?);
    let derived = label(kdf, &handshake, b"derived", &NOTHING)?;

    let master = kdf.extract(Some(&derived), None)?;
    let client = kdf.expanded(&label(kdf, &master, b"c ap traffic", whole)?);
    let server = kdf.expanded(&label(kdf, &master, b"s ap traffic", whole)?);
    Ok(Keys {
        client_handshake,
        server_handshake,
        client_finished,
        server_finished,
        client_application: traffic(kdf, &client)?,
        server_application: traffic(kdf, &server)?,
        exporter: label(kdf, &master, b"exp master", whole)?,
        resumption: label(kdf, &master, b"res master", whole)?,
    })
}

fn traffic<K: Kdf>(kdf: &K, secret: &K::Secret) -> Result<Traffic, Error> {
    Ok(Traffic { key: label(kdf, secret, b"key", &[])?, iv: label(kdf, secret, b"iv", &[])? })
}

/// HKDF-Expand-Label (RFC 8446 §7.1), to as many bytes as the result has.
fn label<K: Kdf, const N: usize>(kdf: &K, secret: &K::Secret, label: &[u8], context: &[u8]) -> Result<[u8; N], Error> {
    const PREFIX: &[u8] = b"tls13 ";
    let mut output = [0; N];
    // Labels, contexts and lengths are constants shorter than 256 bytes.
    let info: [&[u8]; 6] =
        [&[0, N as u8], &[(PREFIX.len() + label.len()) as u8], PREFIX, label, &[context.len() as u8], context];
    kdf.expand(secret, &info, &mut output).map(|()| output)
}

struct Rustls(&'static dyn Hkdf);

impl Kdf for Rustls {
    type Secret = Box<dyn HkdfExpander>;

    fn extract(&self, salt: Option<&[u8; HASH]>, input: Option<&[u8]>) -> Result<Self::Secret, Error> {
        let salt = salt.map(|salt| salt.as_slice());
        Ok(match input {
            Some(input) => self.0.extract_from_secret(salt, input),
            None => self.0.extract_from_zero_ikm(salt),
        })
    }

    fn expanded(&self, secret: &[u8; HASH]) -> Self::Secret {
        self.0.expander_for_okm(&OkmBlock::new(secret))
    }

    fn expand(&self, secret: &Self::Secret, info: &[&[u8]], output: &mut [u8]) -> Result<(), Error> {
        secret.expand_slice(info, output).map_err(|_| Error::primitive(WHAT)("too many bytes were asked for"))
    }
}

/// OpenSSL's HKDF, fetched for every step, which is how its own TLS does it.
struct OpenSsl;

impl Kdf for OpenSsl {
    type Secret = [u8; HASH];

    fn extract(&self, salt: Option<&[u8; HASH]>, input: Option<&[u8]>) -> Result<Self::Secret, Error> {
        let mut secret = [0; HASH];
        let salt = salt.unwrap_or(&[0; HASH]);
        let input = input.unwrap_or(&[0; HASH]);
        hkdf(Md::sha256(), input, Some(salt), None, HkdfMode::ExtractOnly, None, &mut secret)
            .map_err(Error::primitive(WHAT))?;
        Ok(secret)
    }

    fn expanded(&self, secret: &[u8; HASH]) -> Self::Secret {
        *secret
    }

    fn expand(&self, secret: &Self::Secret, info: &[&[u8]], output: &mut [u8]) -> Result<(), Error> {
        hkdf(Md::sha256(), secret, None, Some(&info.concat()), HkdfMode::ExpandOnly, None, output)
            .map_err(Error::primitive(WHAT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_libraries_derive_the_same_keys() {
        let rustls = |stack| {
            let suites = stock(stack).cipher_suites;
            let suite = suites.into_iter().find(|suite| u16::from(suite.suite()) == 0x1301).unwrap();
            schedule(&Rustls(suite.tls13().unwrap().hkdf_provider), &SHARED, &HELLOS, &WHOLE).unwrap()
        };
        let openssl = schedule(&OpenSsl, &SHARED, &HELLOS, &WHOLE).unwrap();
        assert_eq!(openssl.server_handshake, SERVER_HANDSHAKE);
        assert_eq!(rustls(Stack::RustlsAwsLc), openssl);
        assert_eq!(rustls(Stack::RustlsRing), openssl);
    }
}
