//! OpenSSL's configuration file for the engines: the only way to pin the groups that native-tls offers.
//!
//! native-tls has no call for it. By default, OpenSSL 3.5 and later put a post-quantum key share into every
//! ClientHello, which costs CPU time although the pinned origin never uses it; rustls, which can be configured, does
//! not.

use std::io;
use std::path::{Path, PathBuf};

use origin::Pins;
use params::{Group, TlsVersion};

/// The variable that makes OpenSSL read a configuration file (openssl config(5)).
pub(crate) const OPENSSL_CONF: &str = "OPENSSL_CONF";

/// Writes the file for `pins` into `folder`, under a name of its own.
pub(crate) fn write(folder: &Path, pins: &Pins) -> io::Result<PathBuf> {
    let groups = groups(pins);
    let path = folder.join(format!("openssl-{}.cnf", groups.replace(':', "-")));
    if !path.exists() {
        std::fs::write(&path, text(&groups))?;
    }
    Ok(path)
}

fn text(groups: &str) -> String {
    format!("openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = tls\n[tls]\nGroups = {groups}\n")
}

/// The groups in OpenSSL's spelling. In TLS 1.2 the same list limits the curves of certificates (RFC 8422 §5.1.1), so
/// the leaf's must be in it.
fn groups(pins: &Pins) -> String {
    let mut groups = pins.groups.clone();
    if pins.tls_version == TlsVersion::Tls12 && !groups.contains(&Group::Secp256r1) {
        groups.push(Group::Secp256r1);
    }
    groups.into_iter().map(Group::openssl).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_in_openssls_spelling() {
        let pins = Pins { groups: vec![Group::X25519MlKem768, Group::Secp256r1], ..Pins::default() };
        assert_eq!(groups(&pins), "X25519MLKEM768:P-256");
        assert!(text(&groups(&pins)).ends_with("Groups = X25519MLKEM768:P-256\n"));
    }

    #[test]
    fn a_certificates_curve_is_offered_where_the_list_is_of_curves_too() {
        let pins = Pins { tls_version: TlsVersion::Tls12, ..Pins::default() };
        assert_eq!(groups(&pins), "X25519:P-256");
    }
}
