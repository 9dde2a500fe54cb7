//! A new operating-system thread per request.

use crate::catalog::model::Model;

/// The entry.
pub static MODEL: Model = Model {
    name: "threads",
    core: true,
    discontinued: false,
    note: "a thread per request, C at most alive",
    libraries: &[],
    symbols: &[],
    threads_variable: None,
    thread_per_slot: true,
    crowded: |_| None,
};
