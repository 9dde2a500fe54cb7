//! CPU time of the command and of all processes it started, over time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the command cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cpu {
    /// CPU time in all, by what the system told at its end, ns: of the command and of those of its processes that were waited for.
    pub total_ns: u64,
    /// Most processes that were met at once.
    pub processes: u64,
    /// Readings along the way, by time. What began and ended between two readings is in neither.
    pub readings: Vec<CpuReading>,
}

/// CPU time so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CpuReading {
    /// When.
    pub at_ns: u64,
    /// CPU time since the pass began, ns.
    pub cpu_ns: u64,
    /// Time for which its threads were ready to run and had no CPU, since the pass began, ns.
    pub queued_ns: u64,
}
