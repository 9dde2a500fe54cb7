//! Why the tool could not run. A failed request is not an error: the report lists it.

use std::io;
use std::path::PathBuf;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No origin, or no certificate for it.
    #[error(transparent)]
    Origin(#[from] origin::Error),
    /// The TLS config or the executor could not be set up.
    #[error(transparent)]
    Prepare(#[from] fetch::PrepareError),
    /// The limit of open files could not be raised.
    #[error(transparent)]
    Process(#[from] measure::process::ProcessError),
    /// More connections than the system allows this process.
    #[error(
        "{at_once} requests in flight need {needed} open files and the limit is {limit}: raise it (ulimit -Hn) or use \
         a smaller -c"
    )]
    OpenFiles {
        /// The requested number of requests in flight.
        at_once: u32,
        /// Descriptors that they need.
        needed: u64,
        /// Descriptors that are allowed.
        limit: u64,
    },
    /// An origin without a listener for every host.
    #[error("the origin opened {there} listeners for {hosts} hosts: try another --origin")]
    Listeners {
        /// Listeners.
        there: usize,
        /// Hosts.
        hosts: u16,
    },
    /// The report file exists already.
    #[error(
        "{} exists and is not overwritten: name another file with --report, or another folder with --out",
        .0.display()
    )]
    ReportExists(PathBuf),
    /// A file that could not be written.
    #[error("{doing} {}: {source}; name another place with --report or --out", path.display())]
    File {
        /// What was being done, e.g. `writing`.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}
