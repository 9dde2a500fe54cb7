//! What a line of the table says of a TLS stack.

use std::sync::Arc;

use params::Group;

use super::{Tls, TlsSettings};
use crate::PrepareError;

/// A TLS stack.
pub(crate) struct Stack {
    /// Its name in cells.
    pub(crate) name: &'static str,
    /// Whether it is part of the matrix that is meant where nothing else is said.
    pub(crate) core: bool,
    /// Sets it up.
    pub(crate) build: fn(TlsSettings<'_>) -> Result<Arc<dyn Tls>, PrepareError>,
    /// The library behind it, with its version; `None` without TLS.
    pub(crate) library: fn() -> Option<String>,
    /// Why it cannot do something, said of the library; `None` where it can.
    pub(crate) lacks: fn(Need) -> Option<String>,
    /// What libraries with glue of their own call it, as they come from the box. `None`: they don't.
    pub(crate) stock: Option<Backend>,
}

/// What may be asked of a TLS stack, and not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// That it resumes sessions.
    Resumption,
    /// That reqwest speaks through it, set up by us.
    Reqwest,
    /// That it offers a group.
    Group(Group),
}

/// A TLS stack as libraries that bring their own glue to it call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    None,
    Rustls,
    NativeTls,
}
