//! What can go wrong with a handshake in memory, and with its parts.

use std::path::PathBuf;

use crate::Side;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What was asked for isn't to be had of this library.
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
        /// What it said.
        reason: String,
    },
    /// An end that broke the handshake, or the connection, off.
    #[error("the {side} gave up: {reason}")]
    Failed {
        /// Which end.
        side: Side,
        /// What it said.
        reason: String,
    },
    /// Neither end had anything more to say, and the handshake wasn't done.
    #[error("the handshake came to a halt before the {waiting} was done")]
    Halted {
        /// Who was waiting.
        waiting: Side,
    },
    /// A handshake of another kind than asked for.
    #[error("the {side}'s {what} is {got}, not {wanted}: the handshake doesn't count")]
    Differs {
        /// Who reports it.
        side: Side,
        /// What differs: version, kind, suite or group.
        what: &'static str,
        /// What was asked for.
        wanted: String,
        /// What it was.
        got: String,
    },
    /// Bytes that didn't come through.
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
        /// Which.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    /// For `map_err` on configuring `library`.
    pub(crate) fn setup<E: ToString>(library: &'static str) -> impl Fn(E) -> Error {
        move |error| Error::Setup { library, reason: error.to_string() }
    }

    /// For `map_err` on what the end `side` does.
    pub(crate) fn failed<E: ToString>(side: Side) -> impl Fn(E) -> Error {
        move |error| Error::Failed { side, reason: error.to_string() }
    }

    /// For `map_err` on the primitive `what`.
    pub(crate) fn primitive<E: ToString>(what: &'static str) -> impl Fn(E) -> Error {
        move |error| Error::Primitive { what, reason: error.to_string() }
    }
}
