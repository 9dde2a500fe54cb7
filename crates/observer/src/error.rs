//! What keeps a command from being observed.

use std::io;

/// Why an observation did not come about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command was not found or may not be run.
    #[error("starting {command:?}: {source}: is it on PATH, and executable?")]
    Start {
        /// Its name as given.
        command: String,
        /// The system's reason.
        source: io::Error,
    },
    /// No port of loopback can be opened, or no thread to serve it.
    #[error("opening a port on 127.0.0.1 for the observer: {0}")]
    Listen(#[source] io::Error),
    /// The command's end can't be waited for.
    #[error("waiting for {command:?}: {source}")]
    Wait {
        /// Its name as given.
        command: String,
        /// The system's reason.
        source: io::Error,
    },
    /// Signals can't be listened for.
    #[error("listening for signals: {0}")]
    Signals(#[source] io::Error),
    /// A mapping is none.
    #[error("--map {text:?}: {reason}: write NAME=ADDRESS:PORT, e.g. api.test=127.0.0.1:8443")]
    Mapping {
        /// As given.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// The command would have to go through another proxy, which can't be gone through.
    #[error(
        "{variable} names a proxy that can't be gone through: only http://HOST:PORT can; observe where the hosts are \
         reached without it, or unset it"
    )]
    Upstream {
        /// The variable.
        variable: String,
    },
}
