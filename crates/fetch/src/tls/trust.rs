//! The trust store: the roots in one PEM file, the same for every stack.

use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use workload::catalog::Charged;
use workload::charged;

use crate::PrepareError;

/// The class of the bill that this module's CPU time counts as.
pub(crate) const SYMBOLS: Charged = charged!(TrustStore);

/// Root certificates, DER.
pub(crate) struct TrustStore(Vec<CertificateDer<'static>>);

impl TrustStore {
    /// No roots at all, for cells without TLS.
    pub(crate) fn empty() -> TrustStore {
        TrustStore(Vec::new())
    }

    /// Reads every certificate of the file. One that holds none is an error.
    pub(crate) fn read(path: &Path) -> Result<TrustStore, PrepareError> {
        let refuse = |reason: String| PrepareError::Trust { path: path.to_owned(), reason };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|error| refuse(error.to_string()))?;
        let roots: Vec<_> = certificates.collect::<Result<_, _>>().map_err(|error| refuse(error.to_string()))?;
        match roots.is_empty() {
            true => Err(refuse("it holds no certificate".to_owned())),
            false => Ok(TrustStore(roots)),
        }
    }

    /// The certificates.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.0.iter()
    }
}
