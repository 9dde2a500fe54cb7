//! async-std's global executor.

use crate::catalog::model::Model;
use crate::catalog::symbols::{Symbols, Work};

/// The entry.
pub static MODEL: Model = Model {
    name: "async-std",
    core: true,
    discontinued: true,
    note: "discontinued upstream (RUSTSEC-2025-0052): shown for those who still run it and must decide",
    libraries: &["async-std"],
    symbols: &[Symbols { work: Work::Runtime, patterns: "async_std::* kv_log_macro::*" }],
    threads_variable: Some("ASYNC_STD_THREAD_COUNT"),
    thread_per_slot: false,
    crowded: |_| None,
};
