//! The sections of a run, each a workload with its cells: of the matrix, of a scenario, of a profile, of the talk.
//!
//! Removing cells that cannot run here is for [`skipped`](crate::plan::skipped).

mod matrix;
pub mod profile;
pub mod scenario;
pub mod talk;
mod workload_options;

pub use matrix::{add_floors, by_connection, everything, telling};
pub use workload_options::{CONCURRENCY, WorkloadOptions};
