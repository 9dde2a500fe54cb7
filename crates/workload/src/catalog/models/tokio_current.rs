//! Tokio's current-thread runtime.

use crate::catalog::model::Model;
use crate::catalog::symbols::{Symbols, Work};

/// The entry.
pub static MODEL: Model = Model {
    name: "tokio-current",
    core: true,
    discontinued: false,
    note: "a task per request on one thread",
    libraries: LIBRARIES,
    symbols: &[Symbols { work: Work::Runtime, patterns: "tokio::* tokio_util::* tokio_stream::* mio::*" }],
    threads_variable: None,
    thread_per_slot: false,
    crowded: |_| None,
};

/// Packages of any tokio runtime.
pub(super) const LIBRARIES: &[&str] = &["tokio"];
