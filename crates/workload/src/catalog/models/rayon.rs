//! Rayon's work-stealing pool with its defaults: a thread per worker.

use crate::catalog::model::Model;
use crate::catalog::symbols::{Symbols, Work};

/// The entry.
pub static MODEL: Model = Model {
    name: "rayon",
    core: true,
    discontinued: false,
    note: "rayon's default pool: as many requests in flight as it has threads, not C",
    libraries: LIBRARIES,
    symbols: &[Symbols { work: Work::Runtime, patterns: "rayon::* rayon_core::*" }],
    threads_variable: None,
    thread_per_slot: false,
    crowded: |_| None,
};

/// Packages of any rayon pool.
pub(super) const LIBRARIES: &[&str] = &["rayon"];
