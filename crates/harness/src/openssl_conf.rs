//! OpenSSL's configuration file for the engines: the only way to pin the groups that native-tls offers.
//!
//! native-tls has no call for it. Left alone, OpenSSL 3.5 and later puts a post-quantum key share into every hello, and
//! pays for it, though the pinned origin never takes it; rustls, which can be told, does not.

use std::io;
use std::path::{Path, PathBuf};

/// The variable that makes OpenSSL read a configuration file (openssl config(5)).
pub(crate) const OPENSSL_CONF: &str = "OPENSSL_CONF";

/// Writes the file into `folder`.
pub(crate) fn write(folder: &Path, groups: &[String]) -> io::Result<PathBuf> {
    let path = folder.join("openssl.cnf");
    std::fs::write(&path, text(groups))?;
    Ok(path)
}

fn text(groups: &[String]) -> String {
    let names: Vec<&str> = groups.iter().map(|group| openssl_name(group)).collect();
    format!(
        "openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = tls\n[tls]\nGroups = {}\n",
        names.join(":")
    )
}

/// OpenSSL matches names of groups by case; these are its own spellings.
fn openssl_name(group: &str) -> &str {
    match group {
        "x25519" => "X25519",
        "x25519mlkem768" => "X25519MLKEM768",
        "secp256r1" => "P-256",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_in_openssls_spelling() {
        assert!(text(&["x25519".into(), "secp256r1".into()]).ends_with("Groups = X25519:P-256\n"));
    }
}
