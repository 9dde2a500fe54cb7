//! Errors: why a fetch failed, by kind, so that failures can be counted; why a cell could not be prepared; and why an
//! engine ended before its trial did.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// One fetch that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {what}")]
pub struct FetchError {
    /// What kind of failure it was.
    pub kind: ErrorKind,
    /// What happened.
    pub what: String,
}

/// Kinds of failure: the step that failed before there was a response, or what is wrong with the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// The model could not run it, e.g. because no thread could be started.
    Spawn,
    /// The request's own client object could not be built.
    Build,
    /// No TCP connection could be made.
    Connect,
    /// The handshake failed, or a certificate was refused.
    Tls,
    /// The connection broke during the exchange, or the bytes were not HTTP.
    Http,
    /// The wrong status.
    Status,
    /// A body of the wrong length.
    Length,
    /// A body of the right length with the wrong content.
    Content,
}

impl ErrorKind {
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::Spawn => "spawn",
            ErrorKind::Build => "build",
            ErrorKind::Connect => "connect",
            ErrorKind::Tls => "tls",
            ErrorKind::Http => "http",
            ErrorKind::Status => "status",
            ErrorKind::Length => "length",
            ErrorKind::Content => "content",
        }
    }

    /// An error of this kind.
    pub fn because(self, what: impl fmt::Display) -> FetchError {
        FetchError { kind: self, what: what.to_string() }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a cell could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// tlstax has no such cell.
    #[error("there is no cell {0}; `tlstax list` names them all")]
    NoSuchCell(String),
    /// The cell cannot run here.
    #[error("{cell} cannot run here: {reason}")]
    Refused {
        /// The cell.
        cell: String,
        /// Why not.
        reason: String,
    },
    /// A target is not what a client can fetch.
    #[error("the target {url:?} cannot be fetched: {reason}")]
    Target {
        /// The URL.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The requests could not be made like that.
    #[error("the request cannot be made: {reason}")]
    Request {
        /// Why not.
        reason: String,
    },
    /// The trust store could not be read.
    #[error("reading the trust store {} failed: {reason}", .path.display())]
    Trust {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A group to offer has a name that tlstax does not know.
    #[error("the trial names a group to offer: {0}")]
    Group(#[from] params::UnknownValue),
    /// The TLS stack refused its settings.
    #[error("setting up {stack} failed: {reason}")]
    Tls {
        /// The TLS stack.
        stack: &'static str,
        /// What it said.
        reason: String,
    },
    /// A floor could not be set up.
    #[error("setting up {cell} failed: {reason}")]
    Floor {
        /// The cell.
        cell: String,
        /// What its library said.
        reason: String,
    },
    /// The HTTP client refused its settings.
    #[error("setting up {client} failed: {reason}")]
    Client {
        /// The client.
        client: &'static str,
        /// What it said.
        reason: String,
    },
    /// The model's threads or runtime could not be started.
    #[error("starting the threads of {model} failed: {reason}")]
    Model {
        /// The model.
        model: &'static str,
        /// What the system said.
        reason: String,
    },
}

/// Why an engine ended before its trial did.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The cell could not be prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The warm-up failed.
    #[error("warming up failed: {0}")]
    WarmUp(String),
    /// The harness sent another message than the protocol requires.
    #[error("expected {expected} from the harness, but received {found:?}")]
    Protocol {
        /// The message that the protocol requires here.
        expected: &'static str,
        /// The message that was received.
        found: String,
    },
    /// The results could not be encoded.
    #[error("encoding the trial's results failed: {0}")]
    Encode(String),
    /// The harness cannot be reached any more.
    #[error("the harness is gone: {0}")]
    Harness(#[from] io::Error),
}
