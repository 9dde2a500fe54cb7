//! One request after another on one thread.

use crate::catalog::model::{Model, Rgb};

/// The entry.
pub static MODEL: Model = Model {
    name: "serial",
    core: true,
    discontinued: false,
    note: "one request after another, whatever concurrency is asked for",
    libraries: &[],
    symbols: &[],
    colour: Some(Rgb(0x8c, 0x41, 0x3c)),
    threads_variable: None,
    thread_per_slot: false,
    crowded: |_| None,
};
