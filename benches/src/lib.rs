//! What the benchmarks share: what Criterion measures, the processes around a benchmark, and the folder of its results.
//!
//! The cells themselves, their origins and the rules that a batch must keep are those of `tlstax run`.

pub mod cost;
pub mod failure;
pub mod folder;
pub mod laboratory;
pub mod matrix;
pub mod page;
pub mod role;
pub mod supervisor;
