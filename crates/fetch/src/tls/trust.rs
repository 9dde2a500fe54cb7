//! The trust store: the roots in one PEM file, the same for every stack; or none, where any certificate will do.

use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use workload::catalog::Charged;
use workload::charged;

use crate::PrepareError;

/// The class of the bill that this module's CPU time counts as.
pub(crate) const SYMBOLS: Charged = charged!(TrustStore);

/// Whom a client trusts.
pub(crate) struct TrustStore {
    /// Root certificates, DER.
    roots: Vec<CertificateDer<'static>>,
    /// Whether any certificate is accepted, whoever signed it and whatever its name is.
    accepts_any: bool,
}

impl TrustStore {
    /// No roots at all, for cells without TLS.
    pub(crate) fn empty() -> TrustStore {
        TrustStore { roots: Vec::new(), accepts_any: false }
    }

    /// Accepts any certificate: nothing is verified.
    pub(crate) fn accepting_any() -> TrustStore {
        TrustStore { roots: Vec::new(), accepts_any: true }
    }

    /// Reads every certificate of the file. One that holds none is an error.
    pub(crate) fn read(path: &Path) -> Result<TrustStore, PrepareError> {
        let refuse = |reason: String| PrepareError::Trust { path: path.to_owned(), reason };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|error| refuse(error.to_string()))?;
        let roots: Vec<_> = certificates.collect::<Result<_, _>>().map_err(|error| refuse(error.to_string()))?;
        match roots.is_empty() {
            true => Err(refuse("it holds no certificate".to_owned())),
            false => Ok(TrustStore { roots, accepts_any: false }),
        }
    }

    /// The certificates.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.roots.iter()
    }

    /// Whether any certificate is accepted.
    pub(crate) fn accepts_any(&self) -> bool {
        self.accepts_any
    }
}
