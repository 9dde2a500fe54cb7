//! Shared by the benchmarks: what Criterion measures, the processes around a benchmark, and the folder of its results.
//!
//! `cargo bench` runs them, each in a file or folder of its own under `benches/`. Cells, their origins and the rules
//! for a batch are those of `tlstax run`.

pub mod cost;
pub mod failure;
pub mod folder;
pub mod laboratory;
pub mod matrix;
pub mod page;
pub mod profiler;
pub mod role;
mod series;
pub mod supervisor;

pub use series::Series;
