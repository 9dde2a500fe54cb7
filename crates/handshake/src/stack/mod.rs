//! The TLS stacks, one file each: how a library is configured for a case, and how its ends take and give bytes.
//!
//! Alike in both: the one version, suite and group of the case; the one signature scheme that goes with the key,
//! SHA-256 with ECDSA or PSS ([`scheme`]); ALPN `http/1.1`; the host `localhost`, verified for real against the full
//! store.

mod openssl;
mod rustls;

use certificates::{Authority, Key};

pub(crate) use self::rustls::{group as group_of, stock};
use crate::agreed::Agreed;
use crate::memory::{Library, Memory};
use crate::trust::Material;
use crate::{Case, Error, Kind, Pair, Setting, Stack};

/// The host that certificates are for.
pub(crate) const HOST: &str = "localhost";

/// Sets a case up. `resumes` is whether the server lets sessions be resumed.
pub(crate) fn pair(case: Case, authority: &Authority, setting: Setting, resumes: bool) -> Result<Box<dyn Pair>, Error> {
    if let Some(reason) = case.missing() {
        return Err(Error::Missing { what: case.to_string(), reason });
    }
    if case.key != authority.key() {
        return Err(Error::Missing { what: case.to_string(), reason: "the authority's keys are of another kind" });
    }
    let material = Material::read_in(authority, setting)?;
    match case.stack {
        Stack::RustlsAwsLc | Stack::RustlsRing => primed(rustls::Rustls::new(case, &material, resumes)?, case),
        Stack::OpenSsl => primed(openssl::OpenSsl::new(case, &material, resumes)?, case),
    }
}

fn primed<L: Library + 'static>(library: L, case: Case) -> Result<Box<dyn Pair>, Error> {
    let memory = Memory::new(library, Agreed::wanted(case));
    if case.kind == Kind::Resumed {
        memory.prime()?;
    }
    Ok(Box::new(memory))
}

/// The number of the signature scheme that goes with a key (RFC 8446 §4.2.3): `ecdsa_secp256r1_sha256` or
/// `rsa_pss_rsae_sha256`. Left to themselves, libraries choose differently: rustls signs with SHA-512.
pub(crate) fn scheme(key: Key) -> u16 {
    match key {
        Key::EcdsaP256 => 0x0403,
        Key::Rsa2048 => 0x0804,
    }
}

#[cfg(test)]
mod tests;
