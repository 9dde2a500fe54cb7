//! Issues certificates: a self-signed root, intermediates, and leaves.

use std::time::SystemTime;

use params::CertificateKey;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};

use crate::{Error, Leaf};

/// How long certificates are valid: longer than any run, shorter than any client's limit.
const VALID_FOR: Duration = Duration::days(90);
/// How far back their validity begins: the clocks of a container and of its host needn't agree.
const BACKDATED: Duration = Duration::days(2);

/// A certificate that may issue others, with its key.
pub(crate) type Issuer = CertifiedIssuer<'static, KeyPair>;

pub(crate) fn root(name: &str, key: CertificateKey) -> Result<Issuer, Error> {
    let (params, key) = authority(name, key, BasicConstraints::Unconstrained)?;
    CertifiedIssuer::self_signed(params, key).map_err(Error::issuing(name))
}

/// Issues an intermediate that may have `below` further intermediates below it (RFC 5280 §4.2.1.9).
pub(crate) fn intermediate(name: &str, key: CertificateKey, below: u8, issuer: &Issuer) -> Result<Issuer, Error> {
    let (params, key) = authority(name, key, BasicConstraints::Constrained(below))?;
    CertifiedIssuer::signed_by(params, key, issuer).map_err(Error::issuing(name))
}

/// Issues a leaf for `hosts`. Only [`Leaf::Expired`] differs in anything else.
pub(crate) fn leaf(
    name: &str,
    key: CertificateKey,
    hosts: &[&str],
    leaf: Leaf,
    issuer: &Issuer,
) -> Result<(Certificate, KeyPair), Error> {
    let (mut params, key) = certificate(name, key, hosts)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    if leaf == Leaf::Expired {
        params.not_after = params.not_before + Duration::days(1);
    }
    let certificate = params.signed_by(&key, issuer).map_err(Error::issuing(name))?;
    Ok((certificate, key))
}

fn authority(
    name: &str,
    key: CertificateKey,
    constraints: BasicConstraints,
) -> Result<(CertificateParams, KeyPair), Error> {
    let (mut params, key) = certificate(name, key, &[])?;
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok((params, key))
}

/// The common parameters of all certificates. OpenSSL's strict mode requires the authority key identifier, and macOS a
/// validity of at most 825 days.
fn certificate(name: &str, key: CertificateKey, hosts: &[&str]) -> Result<(CertificateParams, KeyPair), Error> {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).map_err(Error::issuing(name))?;
    let now = now();
    params.not_before = now - BACKDATED;
    params.not_after = now + VALID_FOR;
    params.distinguished_name.push(DnType::CommonName, name);
    params.use_authority_key_identifier_extension = true;
    Ok((params, crate::key::generate(key).map_err(Error::issuing(name))?))
}

/// The present time, to the second; 1970 if the machine's clock is set earlier.
fn now() -> OffsetDateTime {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since_1970.as_secs()).unwrap_or_default();
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
