//! Errors of handshakes in memory, and of their parts.

use std::path::PathBuf;

use crate::Side;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The library does not support what was requested.
    #[error("{what} can't be had: {reason}")]
    Missing {
        /// The handshake or the primitive.
        what: String,
        /// Why.
        reason: &'static str,
    },
    /// A PEM file that can't be used.
    #[error("reading {}: {reason}; it must hold PEM, as `Authority` writes it", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A library that refused its configuration.
    #[error("setting up {library}: {reason}")]
    Setup {
        /// The library.
        library: &'static str,
        /// Its error.
        reason: String,
    },
    /// One side aborted the handshake, or the connection.
    #[error("the {side} gave up: {reason}")]
    Failed {
        /// The side.
        side: Side,
        /// Its error.
        reason: String,
    },
    /// Neither side had anything more to send, and the handshake was not complete.
    #[error("the handshake came to a halt before the {waiting} was done")]
    Halted {
        /// The side that was waiting.
        waiting: Side,
    },
    /// The handshake has other parameters than requested.
    #[error("the {side}'s {what} is {got}, not {wanted}: the handshake doesn't count")]
    Differs {
        /// The side that reports it.
        side: Side,
        /// What differs: version, kind, suite or group.
        what: &'static str,
        /// The requested value.
        wanted: String,
        /// The actual value.
        got: String,
    },
    /// Application data did not arrive unchanged.
    #[error("the client received {got} bytes of {sent}, or others than were sent")]
    Mangled {
        /// How many were sent.
        sent: usize,
        /// How many arrived.
        got: usize,
    },
    /// A primitive that failed, or whose result is wrong.
    #[error("{what}: {reason}")]
    Primitive {
        /// The primitive.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    /// Converts an error of configuring `library`, for `map_err`.
    pub(crate) fn setup<E: ToString>(library: &'static str) -> impl Fn(E) -> Error {
        move |error| Error::Setup { library, reason: error.to_string() }
    }

    /// Converts an error of `side`, for `map_err`.
    pub(crate) fn failed<E: ToString>(side: Side) -> impl Fn(E) -> Error {
        move |error| Error::Failed { side, reason: error.to_string() }
    }

    /// Converts an error of the primitive `what`, for `map_err`.
    pub(crate) fn primitive<E: ToString>(what: &'static str) -> impl Fn(E) -> Error {
        move |error| Error::Primitive { what, reason: error.to_string() }
    }
}
