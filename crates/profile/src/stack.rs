//! The plain types of a profile: frames, stacks, and how often each was seen.
//!
//! How they came about is left to the sampler, the unwinder and the symbols; what they cost, to the bill.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::location::Locations;

/// What stands where a name is not known, in [`Frame::name`] and [`Frame::object`].
pub const UNKNOWN: &str = "[unknown]";

/// What stands for the kernel: in [`Frame::object`] always, in [`Frame::name`] where its symbols cannot be read.
pub const KERNEL: &str = "[kernel]";

/// One function on a stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Frame {
    /// The demangled function without its hash, or `[unknown]`.
    pub name: Arc<str>,
    /// The file name, without its folder, of the object it is in; `[kernel]` for the kernel; or `[unknown]`.
    pub object: Arc<str>,
    /// It ran in the kernel.
    pub kernel: bool,
}

/// A stack, outermost function first, and the thread it was found on. Inlined functions have frames of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stack {
    /// The thread's name when it was sampled.
    pub thread: Arc<str>,
    /// Outermost function first, the one that ran last.
    pub frames: Vec<Frame>,
    /// Unwinding did not reach the thread's start: the outermost frames are missing.
    pub truncated: bool,
}

/// Whose time the sampling clock ran on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// The CPUs' own: every thread is met in proportion to its CPU time, however short it lives.
    #[default]
    Cpus,
    /// Each thread's own, begun anew with each thread: what a thread does in its first period is never seen, so
    /// threads that live shorter than [`Profile::period_ns`] are missing.
    Process,
}

/// An object of which not every function that ran could be named, for its symbols are missing or stripped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectWithoutSymbols {
    /// Where it was mapped from.
    pub path: PathBuf,
    /// Samples that ended in a function of it that has no name.
    pub samples: u64,
}

/// What was sampled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// CPU time that one sample stands for, ns.
    pub period_ns: u64,
    /// Samples per stack.
    pub stacks: BTreeMap<Stack, u64>,
    /// Samples in all: the sum of [`Profile::stacks`].
    pub samples: u64,
    /// Samples whose stack is truncated.
    pub truncated: u64,
    /// Samples that the kernel took and had no room for, or that could not be read. They are not in
    /// [`Profile::samples`], and where the clock was the CPUs' own ([`Scope::Cpus`]) some may have been of other
    /// processes.
    pub lost: u64,
    /// Whose time the sampling clock ran on.
    pub scope: Scope,
    /// Time spent in the kernel was sampled; without, only the time in user space was.
    pub kernel: bool,
    /// Objects whose functions could not be named, most samples first.
    pub objects_without_symbols: Vec<ObjectWithoutSymbols>,
    /// Where in memory the functions of the same samples are, for formats that keep addresses. Empty in a profile that
    /// was read back from a format that does not.
    pub locations: Locations,
}

impl Profile {
    /// CPU time that the samples stand for, ns: samples × period, unscaled.
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
