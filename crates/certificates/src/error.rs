//! Errors of certificates, with what was being done, and to what.

use std::io;
use std::path::PathBuf;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder that couldn't be written.
    #[error("{doing} {}: {source}{}", path.display(), advice(source))]
    File {
        /// What was being done, e.g. `writing`.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A certificate that couldn't be issued.
    #[error("issuing the certificate of {subject:?}: {source}")]
    Certificate {
        /// The subject of the certificate.
        subject: String,
        /// The reason.
        source: rcgen::Error,
    },
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::FileTooLarge => "; raise the limit of file sizes (`ulimit -f unlimited`)",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; set TMPDIR to a folder with room",
        _ => "",
    }
}

impl Error {
    /// For `map_err` on what was done to a file.
    pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::File { doing, path, source }
    }

    /// For `map_err` on issuing the certificate of `subject`.
    pub(crate) fn issuing(subject: &str) -> impl FnOnce(rcgen::Error) -> Error {
        move |source| Error::Certificate { subject: subject.to_owned(), source }
    }
}
