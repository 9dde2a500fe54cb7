//! smol's global executor.

use crate::catalog::model::Model;
use crate::catalog::symbols::{Symbols, Work};

/// The entry.
pub static MODEL: Model = Model {
    name: "smol",
    core: true,
    discontinued: false,
    note: "a task per request on smol's global executor, one worker thread unless told otherwise; one more polls",
    libraries: &["smol"],
    symbols: &[Symbols { work: Work::Runtime, patterns: "smol::* blocking::* polling::* piper::*" }],
    threads_variable: Some("SMOL_THREADS"),
    thread_per_slot: false,
    crowded: |_| None,
};
