//! What was sampled, before anything has a name: raw stacks, the threads' names, and the memory map.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::maps::Mapping;
use crate::registers::UserRegisters;
use crate::stack::Scope;

/// One sample as the kernel took it.
#[derive(Debug)]
pub(crate) struct RawSample {
    /// CLOCK_MONOTONIC, ns.
    pub(crate) time: u64,
    pub(crate) tid: u32,
    /// Return addresses in the kernel, innermost first; empty for a sample in user space.
    pub(crate) kernel: Box<[u64]>,
    /// Where user space was; `None` for a thread that has no user space (any more).
    pub(crate) user: Option<UserStack>,
}

/// A thread's user space at the time of a sample.
#[derive(Debug)]
pub(crate) struct UserStack {
    pub(crate) registers: UserRegisters,
    /// Memory from the stack pointer upwards.
    pub(crate) bytes: Box<[u8]>,
}

/// A thread began, with its parent's name, or took a name.
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

/// What the ring buffers held.
#[derive(Debug, Default)]
pub(crate) struct Drained {
    pub(crate) samples: Vec<RawSample>,
    pub(crate) tasks: Vec<TaskEvent>,
    /// Executable memory that was mapped meanwhile, in that order on each CPU.
    pub(crate) maps: Vec<Mapping>,
    pub(crate) lost: u64,
    pub(crate) reader_cpu_ns: u64,
}

/// What was sampled of a process, not yet unwound: small enough to wait until the run is over.
#[derive(Debug)]
pub struct Recording {
    pub(crate) drained: Drained,
    /// Names of the threads that were there at the start.
    pub(crate) names: HashMap<u32, Arc<str>>,
    pub(crate) maps: Vec<Mapping>,
    pub(crate) scope: Scope,
    pub(crate) kernel: bool,
}

impl Recording {
    /// Samples of the process.
    pub fn samples(&self) -> u64 {
        self.drained.samples.len() as u64
    }

    /// Bytes of stack that are kept until the recording is resolved.
    pub fn stack_bytes(&self) -> u64 {
        self.drained.samples.iter().filter_map(|sample| sample.user.as_ref()).map(|user| user.bytes.len() as u64).sum()
    }

    /// CPU time that the thread which read the samples took: part of the calling process' own clock, so part of what a
    /// process that samples itself is charged.
    pub fn reader_cpu(&self) -> Duration {
        Duration::from_nanos(self.drained.reader_cpu_ns)
    }
}
