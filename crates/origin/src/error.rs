//! Errors of origins: what was being done, to what, and what the user can do.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that isn't one of those known.
    #[error("{given:?} is not a {what}; known: {known}")]
    UnknownName {
        /// What was named.
        what: &'static str,
        /// The name as given.
        given: String,
        /// The known names, separated by commas.
        known: String,
    },
    /// Invalid arguments of the embedded server, or a request for its help.
    #[error("{0}")]
    Arguments(clap::Error),
    /// A file or folder that couldn't be read or written.
    #[error("{doing} {}: {source}", path.display())]
    File {
        /// What was being done, e.g. `writing`.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A certificate that couldn't be issued or written.
    #[error(transparent)]
    Certificate(#[from] certificates::Error),
    /// A relay that couldn't be started, or that failed.
    #[error(transparent)]
    Relay(#[from] crate::relay::RelayError),
    /// A certificate chain or key that can't be used.
    #[error("reading {}: {reason}; it must hold PEM, as `Authority` writes it", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Pins that can't be combined.
    #[error("setting up TLS: {0}")]
    Tls(String),
    /// The embedded server was asked for HTTP/2.
    #[error("the embedded origin speaks HTTP/1.1 only, not {0:?}: leave it out of --alpn, or use --origin go-httpbin")]
    Alpn(String),
    /// An address that can't be listened on.
    #[error("listening on {address}: {source}; is another program using that port?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// There is no way to the origin's own addresses.
    #[error("reaching {address}: {source}; this network has no loopback interface: try `ip link set lo up`")]
    Loopback {
        /// The address.
        address: Ipv4Addr,
        /// The system's reason.
        source: io::Error,
    },
    /// The embedded server's runtime couldn't start.
    #[error("starting the embedded origin's threads: {0}")]
    Runtime(io::Error),
    /// The embedded server couldn't write its ready line.
    #[error("writing the embedded origin's ready line to its standard output: {0}")]
    Announce(io::Error),
    /// CPUs that a process can't be bound to.
    #[error("binding the origin to CPUs {cpus:?}: {reason}; try without pinning (--pin none)")]
    Affinity {
        /// The CPUs asked for.
        cpus: Vec<usize>,
        /// The system's reason.
        reason: String,
    },
    /// The program of an origin couldn't be started.
    #[error("starting the origin {}: {source}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// An origin that didn't respond in time.
    #[error("waiting for the {origin} origin to {what}: nothing within {} s{}", timeout.as_secs_f64(), words(stderr))]
    Silent {
        /// Its name.
        origin: &'static str,
        /// What it should have done.
        what: String,
        /// How long was waited.
        timeout: Duration,
        /// The last it wrote to its standard error.
        stderr: String,
    },
    /// An origin that has ended.
    #[error("waiting for the {origin} origin to {what}: it ended ({}){}", ending(status), words(stderr))]
    Gone {
        /// Its name.
        origin: &'static str,
        /// What it should have done.
        what: String,
        /// How it ended, where that is known.
        status: Option<ExitStatus>,
        /// The last it wrote to its standard error.
        stderr: String,
    },
    /// An origin that ended while it was needed.
    #[error(
        "the {origin} origin ended by itself ({status}){}; look for what ended it (`dmesg` tells of memory that ran \
         out), or try another --origin",
        words_in_line(stderr)
    )]
    Ended {
        /// Its name.
        origin: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// The last it wrote to its standard error.
        stderr: String,
    },
    /// An origin that violated the protocol.
    #[error("waiting for the {origin} origin to {what}: {reason}; it said {line:?}")]
    Protocol {
        /// Its name.
        origin: &'static str,
        /// What it should have done.
        what: String,
        /// What is wrong.
        reason: String,
        /// What it said.
        line: String,
    },
    /// An origin in the foreground was asked for its ledger.
    #[error("the {origin} origin runs in the foreground and takes no commands: start it without `foreground`")]
    Foreground {
        /// Its name.
        origin: &'static str,
    },
    /// Go is not installed.
    #[error(
        "looking for Go: no `go` on PATH; install Go {minimum} or newer (https://go.dev/dl), or use --origin embedded"
    )]
    NoGo {
        /// The oldest Go that will do.
        minimum: String,
    },
    /// The installed Go doesn't report its version.
    #[error("asking {} for its version: {reason}; install Go again, or use --origin embedded", program.display())]
    BrokenGo {
        /// The `go` that was asked.
        program: PathBuf,
        /// What came of it.
        reason: String,
    },
    /// The installed Go is too old.
    #[error(
        "{} is Go {found}; go-httpbin needs {minimum} or newer: update it (https://go.dev/dl), or use --origin embedded",
        program.display()
    )]
    OldGo {
        /// The `go` that was found.
        program: PathBuf,
        /// Its version.
        found: String,
        /// The oldest that will do.
        minimum: String,
    },
    /// go-httpbin couldn't be built.
    #[error("building go-httpbin with {} failed:\n{}\nMend that, or use --origin embedded", program.display(), stderr.trim_end())]
    GoBuild {
        /// The `go` that was used.
        program: PathBuf,
        /// The end of what it wrote to its standard error.
        stderr: String,
    },
    /// The user interrupted it.
    #[error("interrupted")]
    Interrupted,
    /// There is no folder for a cache.
    #[error("finding a folder for the built go-httpbin: {0}; set XDG_CACHE_HOME, or use --origin embedded")]
    NoCache(String),
}

impl Error {
    /// For `map_err` on what was done to a file.
    pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::File { doing, path, source }
    }
}

fn words(stderr: &str) -> String {
    match stderr.trim_end() {
        "" => String::new(),
        stderr => format!("; its last words:\n{}", stderr.lines().map(terminal::plain).collect::<Vec<_>>().join("\n")),
    }
}

fn words_in_line(stderr: &str) -> String {
    match stderr.trim() {
        "" => String::new(),
        stderr => format!(": {}", stderr.lines().map(terminal::plain).collect::<Vec<_>>().join(" / ")),
    }
}

fn ending(status: &Option<ExitStatus>) -> String {
    status.map_or_else(|| "no status".to_owned(), |status| status.to_string())
}
