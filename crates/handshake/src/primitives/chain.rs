//! Validating a chain: leaf and intermediate against the full trust store, for the host they are to be for.
//!
//! The certificates are taken as they come in a handshake, DER; parsing them is inside.

use std::sync::Arc;

use ::openssl::error::ErrorStack;
use ::openssl::stack::Stack as List;
use ::openssl::x509::store::{X509Store, X509StoreBuilder};
use ::openssl::x509::verify::X509VerifyParam;
use ::openssl::x509::{X509, X509PurposeId, X509StoreContext};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::operation::{Operation, demand};
use crate::pinned::HOST;
use crate::stack::stock;
use crate::trust::Material;
use crate::{Error, Stack};

/// Names it in errors.
const WHAT: &str = "validating a chain";

/// Validates chains against one store.
type Validate = Box<dyn Fn(&[CertificateDer<'_>]) -> Result<(), Error> + Send>;

pub(super) fn prepare(stack: Stack, material: &Material) -> Result<Operation, Error> {
    let without_ours = material.roots.split_last().map(|(_, others)| others.to_vec()).unwrap_or_default();
    // A verifier of nothing cannot even be made.
    if !without_ours.is_empty() {
        let stranger = validator(stack, &without_ours)?;
        demand(stranger(&material.chain).is_err(), WHAT, "a chain to a root that isn't trusted was accepted")?;
    }
    let validate = validator(stack, &material.roots)?;
    validate(&material.chain)?;
    let chain = material.chain.clone();
    Ok(Operation::of(move || validate(&chain)))
}

fn validator(stack: Stack, roots: &[CertificateDer<'static>]) -> Result<Validate, Error> {
    match stack {
        Stack::OpenSsl => {
            let store = store(roots).map_err(Error::primitive(WHAT))?;
            Ok(Box::new(move |chain| validate(&store, chain)))
        }
        Stack::RustlsAwsLc | Stack::RustlsRing => {
            let mut store = RootCertStore::empty();
            for root in roots {
                store.add(root.clone()).map_err(Error::primitive(WHAT))?;
            }
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::new(stock(stack)));
            let verifier = verifier.build().map_err(Error::primitive(WHAT))?;
            let host = ServerName::try_from(HOST).map_err(Error::primitive(WHAT))?;
            Ok(Box::new(move |chain| {
                let (leaf, rest) = chain.split_first().ok_or_else(|| Error::primitive(WHAT)("the chain is empty"))?;
                let verified = verifier.verify_server_cert(leaf, rest, &host, &[], UnixTime::now());
                verified.map(|_| ()).map_err(Error::primitive(WHAT))
            }))
        }
    }
}

fn store(roots: &[CertificateDer<'_>]) -> Result<X509Store, ErrorStack> {
    let mut store = X509StoreBuilder::new()?;
    for root in roots {
        store.add_cert(X509::from_der(root)?)?;
    }
    let mut wanted = X509VerifyParam::new()?;
    wanted.set_host(HOST)?;
    wanted.set_purpose(X509PurposeId::SSL_SERVER)?;
    store.set_param(&wanted)?;
    Ok(store.build())
}

fn validate(store: &X509Store, chain: &[CertificateDer<'_>]) -> Result<(), Error> {
    let verdict = parsed(chain).and_then(|(leaf, rest)| {
        let mut context = X509StoreContext::new()?;
        context.init(store, &leaf, &rest, |context| Ok((context.verify_cert()?, context.error())))
    });
    match verdict.map_err(Error::primitive(WHAT))? {
        (true, _) => Ok(()),
        (false, reason) => Err(Error::primitive(WHAT)(reason)),
    }
}

/// The leaf, and what came with it.
fn parsed(chain: &[CertificateDer<'_>]) -> Result<(X509, List<X509>), ErrorStack> {
    let (leaf, others) = chain.split_first().ok_or_else(ErrorStack::get)?;
    let mut rest = List::new()?;
    for other in others {
        rest.push(X509::from_der(other)?)?;
    }
    Ok((X509::from_der(leaf)?, rest))
}

#[cfg(test)]
mod tests {
    use certificates::{Authority, Leaf};
    use params::CertificateKey;

    use super::*;

    #[test]
    fn every_stack_refuses_what_it_must() {
        for key in CertificateKey::ALL {
            let authority = Authority::with(key).unwrap();
            let good = Material::read(&authority).unwrap();
            for stack in Stack::ALL {
                let validate = validator(stack, &good.roots).unwrap();
                assert!(validate(&good.chain).is_ok());
                assert!(validate(&good.chain[..1]).is_err(), "{stack}: the intermediate is not there");
                for leaf in [Leaf::Expired, Leaf::WrongName, Leaf::Untrusted] {
                    let bad = authority.issue(leaf).unwrap();
                    let bad = Material::of(&bad.chain_file, &bad.key_file, &authority.trust_file()).unwrap();
                    assert!(validate(&bad.chain).is_err(), "{stack}: {leaf:?}");
                }
            }
        }
    }
}
