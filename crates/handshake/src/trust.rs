//! An authority's files, parsed for the libraries.

use std::fs;
use std::path::{Path, PathBuf};

use certificates::Authority;
use params::{Chain, Trust};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::Error;

/// The chain and the trust store; by default a chain with an intermediate, and the full store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Setting {
    /// What the server sends.
    pub chain: Chain,
    /// What the client trusts.
    pub trust: Trust,
}

/// The chain and key of a server and the roots of a client. In DER, except for the forms that [`PrivateKeyDer`] allows.
pub(crate) struct Material {
    /// The leaf, then its intermediates.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// The leaf's key.
    pub(crate) key: PrivateKeyDer<'static>,
    /// The trusted roots; the last is the authority's.
    pub(crate) roots: Vec<CertificateDer<'static>>,
}

impl Material {
    /// Reads the material with the default setting.
    pub(crate) fn read(authority: &Authority) -> Result<Material, Error> {
        Material::of(authority.chain_file(), authority.key_file(), &authority.trust_file())
    }

    /// Reads the material for `setting`; a chain other than the default is issued for it.
    pub(crate) fn read_in(authority: &Authority, setting: Setting) -> Result<Material, Error> {
        let trust = match setting.trust {
            Trust::Mozilla => authority.trust_file(),
            Trust::Own => authority.root_file(),
        };
        if setting.chain == Chain::default() {
            return Material::of(authority.chain_file(), authority.key_file(), &trust);
        }
        let issued = authority.issue_through(setting.chain.intermediates()).map_err(Error::setup("the chain"))?;
        Material::of(&issued.chain_file, &issued.key_file, &trust)
    }

    /// Reads the material from these files.
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
