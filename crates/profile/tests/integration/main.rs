//! The sampler on real processes, and the bill of real stacks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod bill;
mod bill_classes;
mod descendants;
mod pprof;
mod sampling;
mod self_sampling;
mod support;
