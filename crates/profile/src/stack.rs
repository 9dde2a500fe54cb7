//! The plain types of a profile: frames, stacks, and how often each was seen.
//!
//! Sampling, unwinding and naming are for other modules; classes and costs for the bill.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::location::Locations;

/// Used in [`Frame::name`] and [`Frame::object`] if the name is not known.
pub const UNKNOWN: &str = "[unknown]";

/// Used for the kernel: always in [`Frame::object`], and in [`Frame::name`] if its symbols cannot be read.
pub const KERNEL: &str = "[kernel]";

/// One function on a stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Frame {
    /// The demangled function without its hash, or `[unknown]`.
    pub name: Arc<str>,
    /// The file name, without its folder, of the object it is in; `[kernel]` for the kernel; or `[unknown]`.
    pub object: Arc<str>,
    /// Whether it ran in the kernel.
    pub kernel: bool,
}

/// A stack, outermost function first, and its thread. Inlined functions have frames of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stack {
    /// The thread's name when it was sampled.
    pub thread: Arc<str>,
    /// Outermost function first; the last is the one that was running.
    pub frames: Vec<Frame>,
    /// Whether unwinding stopped before the thread's start: the outermost frames are missing.
    pub truncated: bool,
}

/// What the sampling clock counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// The time of the CPUs: every thread is sampled in proportion to its CPU time, however short its life.
    #[default]
    Cpus,
    /// The time of each thread, which starts at zero: a thread's first period is never sampled, so threads that live
    /// shorter than [`Profile::period_ns`] are missing.
    Process,
}

/// An object with functions that could not be named, because its symbols are missing or stripped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectWithoutSymbols {
    /// The file that it was mapped from.
    pub path: PathBuf,
    /// Samples whose innermost function is in it and has no name.
    pub samples: u64,
}

/// The result of sampling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// CPU time per sample, ns.
    pub period_ns: u64,
    /// Samples per stack.
    pub stacks: BTreeMap<Stack, u64>,
    /// Samples in all: the sum of [`Profile::stacks`].
    pub samples: u64,
    /// Samples whose stack is truncated.
    pub truncated: u64,
    /// Samples for which the kernel had no room, or that could not be read. They are not in [`Profile::samples`]; if
    /// the clock counts the CPUs' time ([`Scope::Cpus`]), some may belong to other processes.
    pub lost: u64,
    /// What the sampling clock counted.
    pub scope: Scope,
    /// Whether time in the kernel was sampled; otherwise only time in user space was.
    pub kernel: bool,
    /// Objects whose functions could not be named, most samples first.
    pub objects_without_symbols: Vec<ObjectWithoutSymbols>,
    /// The addresses of these functions, for formats that contain addresses. Empty in a profile that was read from a
    /// format without them.
    pub locations: Locations,
}

impl Profile {
    /// CPU time of the samples, ns: samples × period, unscaled.
    pub fn cpu_ns(&self) -> u64 {
        self.samples.saturating_mul(self.period_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_samples_times_period() {
        let profile = Profile { period_ns: 1_003_009, samples: 997, ..Profile::default() };
        assert_eq!(profile.cpu_ns(), 999_999_973);
    }
}
