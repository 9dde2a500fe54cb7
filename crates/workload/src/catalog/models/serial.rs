//! One request after another on one thread.

use crate::catalog::model::Model;

/// The entry.
pub static MODEL: Model = Model {
    name: "serial",
    core: true,
    discontinued: false,
    note: "one request after another, whatever concurrency is asked for",
    libraries: &[],
    symbols: &[],
    threads_variable: None,
    thread_per_slot: false,
    crowded: |_| None,
};
