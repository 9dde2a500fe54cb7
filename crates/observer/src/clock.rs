//! The clock of all timestamps.

/// CLOCK_MONOTONIC, ns.
pub(crate) fn now_ns() -> u64 {
    measure::clock::now_ns()
}
