//! Errors of a relay.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

/// Why a relay could not be started, or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RelayError {
    /// A round-trip time that is not supported.
    #[error(
        "imitating a round-trip time of {} s: it must be more than 0 and at most 10 s; for 0, use no relay",
        .0.as_secs_f64()
    )]
    Rtt(Duration),
    /// There is no target.
    #[error("relaying to no address: name at least one")]
    NoTarget,
    /// A target that is not on loopback.
    #[error("relaying to {0}: it is not on loopback, and what is elsewhere is far away already")]
    Elsewhere(SocketAddr),
    /// The program couldn't be started.
    #[error("starting the relay {}: {source}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It did not print its ready line in time.
    #[error("waiting for the relay to say where it listens: nothing within {} s; is the machine overloaded?", .0.as_secs_f64())]
    Silent(Duration),
    /// It ended before it was ready.
    #[error(
        "waiting for the relay to say where it listens: it ended ({}); it says why on standard error",
        .0.map_or_else(|| "no status".to_owned(), |status| status.to_string())
    )]
    Gone(Option<ExitStatus>),
    /// It ended while it was needed.
    #[error("the relay to the origin ended by itself ({0}); it says why on standard error")]
    Ended(ExitStatus),
    /// It printed something else.
    #[error("waiting for the relay to say where it listens: it said {0:?}; are both programs of one build?")]
    Protocol(String),
    /// A system call of the relay failed.
    #[error("relaying: {doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// The system's reason.
        source: io::Error,
    },
}
