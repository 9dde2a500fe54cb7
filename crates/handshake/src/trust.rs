//! The files of an authority, as the libraries want them.

use std::fs;
use std::path::{Path, PathBuf};

use certificates::Authority;
use params::{Chain, Trust};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::Error;

/// What is presented and trusted, where it is not the usual: an intermediate, and the full store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Setting {
    /// What the server sends.
    pub chain: Chain,
    /// What the client trusts.
    pub trust: Trust,
}

/// What a server presents and a client trusts. DER, but for what [`PrivateKeyDer`] may be.
pub(crate) struct Material {
    /// The leaf, then its intermediates.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// The leaf's key.
    pub(crate) key: PrivateKeyDer<'static>,
    /// What is trusted; the authority's root is the last.
    pub(crate) roots: Vec<CertificateDer<'static>>,
}

impl Material {
    /// Reads the usual.
    pub(crate) fn read(authority: &Authority) -> Result<Material, Error> {
        Material::of(authority.chain_file(), authority.key_file(), &authority.trust_file())
    }

    /// Reads what the setting asks for; another chain than the usual is issued for it.
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
