//! Tokio's multi-thread runtime.

use super::tokio_current;
use crate::catalog::model::Model;

/// The entry. The functions that it runs are charged to the model `tokio-current`.
pub static MODEL: Model = Model {
    name: "tokio-multi",
    core: true,
    discontinued: false,
    note: "a task per request on a pool of worker threads",
    libraries: tokio_current::LIBRARIES,
    symbols: &[],
    threads_variable: None,
    thread_per_slot: false,
    crowded: |_| None,
};
