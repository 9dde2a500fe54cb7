//! The TLS stacks, one file each: how a library is configured for a case, and how its endpoints pass bytes.
//!
//! Both sides offer the same: the version and the group of the case, the suite and the signature scheme that follow
//! from it, the host that [`crate::pinned`] names, and `http/1.1` by ALPN. The client verifies the server against the
//! full trust store.

mod openssl;
mod rustls;

use certificates::Authority;

pub(crate) use self::rustls::stock;
use crate::memory::{Library, Memory};
use crate::negotiated::Negotiated;
use crate::trust::Material;
use crate::{Case, Error, Kind, Pair, Setting, Stack};

impl Case {
    /// Sets it up: configuration, trust store and, for [`Kind::Resumed`], a session to resume. None of that is timed.
    ///
    /// # Errors
    /// When the case is [`Case::missing`], the authority's keys are of another kind, or the library refuses.
    pub fn pair(self, authority: &Authority) -> Result<Box<dyn Pair>, Error> {
        self.pair_in(authority, Setting::default())
    }

    /// As [`Case::pair`], with another chain or trust store.
    ///
    /// # Errors
    ///
    /// As [`Case::pair`].
    pub fn pair_in(self, authority: &Authority, setting: Setting) -> Result<Box<dyn Pair>, Error> {
        pair(self, authority, setting, self.kind == Kind::Resumed)
    }
}

/// Sets up a case. `resumes` is whether the server allows resumption.
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
    let memory = Memory::new(library, Negotiated::wanted(case));
    if case.kind == Kind::Resumed {
        memory.prime()?;
    }
    Ok(Box::new(memory))
}

#[cfg(test)]
mod tests;
