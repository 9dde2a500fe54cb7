//! The kernel's records about threads, before names are looked up: raw samples, starts of threads, and changes of their
//! names.

use std::sync::Arc;

use crate::registers::UserRegisters;

/// One sample as the kernel recorded it.
#[derive(Debug)]
pub(crate) struct RawSample {
    /// CLOCK_MONOTONIC, ns.
    pub(crate) time: u64,
    pub(crate) pid: u32,
    pub(crate) tid: u32,
    /// Return addresses in the kernel, innermost first; empty for a sample in user space.
    pub(crate) kernel: Box<[u64]>,
    /// The state of user space; `None` for a thread that has no user space (any more).
    pub(crate) user: Option<UserStack>,
}

/// A thread's user space at the time of a sample.
#[derive(Debug)]
pub(crate) struct UserStack {
    pub(crate) registers: UserRegisters,
    /// Memory from the stack pointer upwards.
    pub(crate) bytes: Box<[u8]>,
}

/// A thread started, with its parent's name, or changed its name.
#[derive(Debug)]
pub(crate) enum TaskEvent {
    Fork { time: u64, tid: u32, parent: u32 },
    Name { time: u64, tid: u32, name: Arc<str> },
}

impl TaskEvent {
    pub(crate) fn time(&self) -> u64 {
        match self {
            Self::Fork { time, .. } | Self::Name { time, .. } => *time,
        }
    }
}
