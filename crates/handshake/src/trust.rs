//! The files of an authority, as the libraries want them.

use std::fs;
use std::path::{Path, PathBuf};

use certificates::Authority;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::Error;

/// What a server presents and a client trusts. DER, but for what [`PrivateKeyDer`] may be.
pub(crate) struct Material {
    /// The leaf, then the intermediate.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// The leaf's key.
    pub(crate) key: PrivateKeyDer<'static>,
    /// Mozilla's roots and the authority's.
    pub(crate) roots: Vec<CertificateDer<'static>>,
}

impl Material {
    /// Reads it all.
    pub(crate) fn read(authority: &Authority) -> Result<Material, Error> {
        Material::of(authority.chain_file(), authority.key_file(), &authority.trust_file())
    }

    /// Reads it of these files.
    pub(crate) fn of(chain: &Path, key: &Path, trust: &Path) -> Result<Material, Error> {
        Ok(Material {
            chain: certificates(chain)?,
            key: PrivateKeyDer::from_pem_file(key).map_err(pem(key))?,
            roots: certificates(trust)?,
        })
    }
}

/// The text of the trust store, PEM.
pub(crate) fn bundle(authority: &Authority) -> Result<Vec<u8>, Error> {
    let path = authority.trust_file();
    fs::read(&path).map_err(pem(&path))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = CertificateDer::pem_file_iter(path).map_err(pem(path))?;
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>().map_err(pem(path))?;
    match certificates.is_empty() {
        true => Err(pem(path)("it holds no certificate")),
        false => Ok(certificates),
    }
}

fn pem<E: ToString>(path: &Path) -> impl Fn(E) -> Error {
    let path: PathBuf = path.to_owned();
    move |error| Error::Pem { path: path.clone(), reason: error.to_string() }
}
