//! The errors that prevent a command from being observed.

use std::io;

/// Why a command could not be observed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command was not found or may not be run.
    #[error("starting {command:?}: {source}: check that it is on PATH and executable")]
    Start {
        /// Its name as given.
        command: String,
        /// The system's reason.
        source: io::Error,
    },
    /// No loopback port can be opened, or no thread can be started to serve it.
    #[error("opening a port on 127.0.0.1 for the observer: {0}")]
    Listen(#[source] io::Error),
    /// It is not possible to wait for the command's end.
    #[error("waiting for {command:?}: {source}")]
    Wait {
        /// Its name as given.
        command: String,
        /// The system's reason.
        source: io::Error,
    },
    /// Signal handlers can't be installed.
    #[error("listening for signals: {0}")]
    Signals(#[source] io::Error),
    /// A mapping can't be parsed.
    #[error("--map {text:?}: {reason}: write NAME=ADDRESS:PORT, e.g. api.test=127.0.0.1:8443")]
    Mapping {
        /// The mapping as given.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// The environment names a proxy that the observer can't connect through.
    #[error(
        "{variable} names a proxy that is not supported: only http://HOST:PORT is. Unset it, or run this on a machine \
         that reaches the hosts without a proxy"
    )]
    Upstream {
        /// The variable that names it.
        variable: String,
    },
}
