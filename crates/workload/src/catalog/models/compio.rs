//! compio: an io_uring runtime whose tasks stay on their thread.

use crate::catalog::model::Model;
use crate::catalog::symbols::{Symbols, Work};

/// The entry.
pub static MODEL: Model = Model {
    name: "compio",
    core: true,
    discontinued: false,
    note: "a task per request on one thread, by io_uring; an adapter copies all bytes, since hyper and TLS poll",
    libraries: &["compio"],
    symbols: &[Symbols { work: Work::Runtime, patterns: "compio* io_uring::*" }],
    threads_variable: None,
    thread_per_slot: false,
    crowded: |_| None,
};
