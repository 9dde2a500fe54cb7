//! Loading the trust store: all of Mozilla's roots and the authority's, from the text of a PEM file in memory.

use ::openssl::error::ErrorStack;
use ::openssl::x509::X509;
use ::openssl::x509::store::{X509Store, X509StoreBuilder};
use certificates::Authority;
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::operation::{Operation, demand};
use crate::trust::{Material, bundle};
use crate::{Error, Stack};

/// Names the operation in errors.
const WHAT: &str = "loading the trust store";

pub(super) fn prepare(stack: Stack, authority: &Authority) -> Result<Operation, Error> {
    let pem = bundle(authority)?;
    let wanted = Material::read(authority)?.roots.len();
    match stack {
        Stack::OpenSsl => {
            let loaded = openssl_loads(&pem).map_err(Error::primitive(WHAT))?.all_certificates().len();
            demand(loaded == wanted, WHAT, "not all of the roots were loaded")?;
            Ok(Operation::of(move || openssl_loads(&pem).map_err(Error::primitive(WHAT))))
        }
        Stack::RustlsAwsLc | Stack::RustlsRing => {
            demand(rustls_loads(&pem)?.len() == wanted, WHAT, "not all of the roots were loaded")?;
            Ok(Operation::of(move || rustls_loads(&pem)))
        }
    }
}

/// What any client with rustls does with a PEM file; the provider is not involved.
fn rustls_loads(pem: &[u8]) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(pem) {
        store.add(root.map_err(Error::primitive(WHAT))?).map_err(Error::primitive(WHAT))?;
    }
    Ok(store)
}

fn openssl_loads(pem: &[u8]) -> Result<X509Store, ErrorStack> {
    let mut store = X509StoreBuilder::new()?;
    for root in X509::stack_from_pem(pem)? {
        store.add_cert(root)?;
    }
    Ok(store.build())
}
