//! How the certificate of a server of the user's is verified: by Mozilla's roots, by a CA bundle of the user's instead,
//! or not at all.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use fetch::{CaBundleError, check_ca_bundle};
use measure::result;
use sha2::{Digest, Sha256};

/// The variable that names the CA bundle where no flag does: OpenSSL, curl and many others read it.
pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";

/// The flag that names it.
const CA: &str = "--ca";

/// How the certificate of a server of the user's is verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Verification {
    /// By Mozilla's roots.
    #[default]
    Mozilla,
    /// By the certificates of a CA bundle, and no others.
    CaFile(CaFile),
    /// Not at all.
    Off,
}

/// A CA bundle of the user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaFile {
    pub(crate) path: PathBuf,
    sha256: String,
    /// What named it: the flag or the variable.
    pub(crate) named_by: &'static str,
}

/// Why a server of the user's cannot be verified as asked for.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// It is not for what is fetched.
    #[error(
        "--ca and --insecure are for a server of yours (--origin https://…): {0}. Leave them out, or name the server"
    )]
    NotFor(&'static str),
    /// The CA bundle cannot be read.
    #[error("{named_by} {}: {source}; give a PEM file with the CA's certificate", .path.display())]
    Unreadable {
        /// What named it: the flag or the variable.
        named_by: &'static str,
        /// Its path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no CA bundle.
    #[error("{named_by} {}: {source}", .path.display())]
    NoBundle {
        /// What named it: the flag or the variable.
        named_by: &'static str,
        /// Its path.
        path: PathBuf,
        /// What is wrong with it.
        source: CaBundleError,
    },
}

impl Verification {
    /// What was asked for: by `ca` of `--ca`, by `insecure` of `--insecure`, or by the value of [`SSL_CERT_FILE`],
    /// which counts for servers over HTTPS alone, and only where no flag says otherwise. `tls` is whether the user's
    /// server is one; `None` for tlstax's origins.
    ///
    /// # Errors
    /// When a flag is not for that origin, and when the bundle cannot be read or is none.
    pub fn asked(
        tls: Option<bool>,
        ca: Option<&Path>,
        insecure: bool,
        variable: Option<OsString>,
    ) -> Result<Verification, VerificationError> {
        let unfit = match tls {
            Some(true) => None,
            Some(false) => Some("this URL is plain HTTP, where there is no certificate"),
            None => Some("the origins of tlstax have a CA of their own, by which every client verifies them"),
        };
        match (ca, insecure, unfit) {
            (Some(_), _, Some(why)) | (_, true, Some(why)) => Err(VerificationError::NotFor(why)),
            (None, false, Some(_)) => Ok(Verification::Mozilla),
            (_, true, None) => Ok(Verification::Off),
            (Some(path), false, None) => CaFile::read(path, CA).map(Verification::CaFile),
            (None, false, None) => match variable.filter(|path| !path.is_empty()) {
                Some(path) => CaFile::read(Path::new(&path), SSL_CERT_FILE).map(Verification::CaFile),
                None => Ok(Verification::Mozilla),
            },
        }
    }

    /// The file of the roots to trust, where they are not Mozilla's.
    pub(crate) fn ca_file(&self) -> Option<&Path> {
        match self {
            Verification::CaFile(file) => Some(&file.path),
            Verification::Mozilla | Verification::Off => None,
        }
    }

    /// What is written down of it.
    pub(crate) fn info(&self) -> Option<result::Verification> {
        match self {
            Verification::Mozilla => None,
            Verification::CaFile(CaFile { path, sha256, .. }) => {
                Some(result::Verification::CaFile { path: path.display().to_string(), sha256: sha256.clone() })
            }
            Verification::Off => Some(result::Verification::Off),
        }
    }
}

impl CaFile {
    fn read(path: &Path, named_by: &'static str) -> Result<CaFile, VerificationError> {
        let unreadable = |source| VerificationError::Unreadable { named_by, path: path.to_owned(), source };
        // Engines run where this program does, but nothing holds them to it.
        let absolute = std::path::absolute(path).map_err(unreadable)?;
        let bytes = result_file::read(&absolute).map_err(unreadable)?;
        check_ca_bundle(&bytes).map_err(|source| VerificationError::NoBundle {
            named_by,
            path: path.to_owned(),
            source,
        })?;
        Ok(CaFile { path: absolute, sha256: format!("{:x}", Sha256::digest(&bytes)), named_by })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(origin: &str, ca: Option<&str>, insecure: bool, variable: Option<&str>) -> Result<Verification, String> {
        let tls = origin.split_once("://").map(|(scheme, _)| scheme == "https");
        let ca = ca.map(Path::new);
        Verification::asked(tls, ca, insecure, variable.map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_are_for_https_alone_and_the_variable_yields_to_them() {
        for origin in ["embedded", "http://127.0.0.1:1/"] {
            assert!(asked(origin, Some("/nowhere"), false, None).unwrap_err().contains("--origin https://"));
            assert!(asked(origin, None, true, None).unwrap_err().contains("--origin https://"));
            assert_eq!(asked(origin, None, false, Some("/nowhere")), Ok(Verification::Mozilla), "{origin}");
        }
        let https = "https://127.0.0.1:1/";
        assert_eq!(asked(https, None, true, Some("/nowhere")), Ok(Verification::Off));
        assert_eq!(asked(https, None, false, Some("")), Ok(Verification::Mozilla));
        assert!(asked(https, None, false, Some("/nowhere")).unwrap_err().starts_with("SSL_CERT_FILE /nowhere: "));
        assert!(asked(https, Some("/nowhere"), false, Some("/")).unwrap_err().starts_with("--ca /nowhere: "));
    }

    #[test]
    fn what_is_no_bundle_is_told_with_its_path() {
        let https = "https://127.0.0.1:1/";
        let error = asked(https, Some("/"), false, None).unwrap_err();
        assert!(error.contains("--ca /: it is a directory") && error.contains("PEM file"), "{error}");
        let error = asked(https, Some("/dev/null"), false, None).unwrap_err();
        assert!(error.contains("a device"), "{error}");
        let error = asked(https, Some("/proc/self/exe"), false, None).unwrap_err();
        assert!(error.starts_with("--ca /proc/self/exe: it holds no certificate"), "{error}");
    }
}
