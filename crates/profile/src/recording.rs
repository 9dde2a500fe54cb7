//! What was sampled, before anything has a name: raw stacks, the threads' names, and the memory map.

use std::collections::HashMap;
use std::path::PathBuf;
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
    /// Bytes of user stack that these samples have together.
    stack_bytes: u64,
    pub(crate) tasks: Vec<TaskEvent>,
    /// Executable memory that was mapped meanwhile, in that order on each CPU.
    pub(crate) maps: Vec<Mapping>,
    pub(crate) lost: u64,
    pub(crate) reader_cpu_ns: u64,
}

impl Drained {
    /// Keeps a sample; of its user stack only the registers, where all stacks together would be more than `most` bytes.
    pub(crate) fn keep(&mut self, mut sample: RawSample, most: u64) {
        if let Some(user) = &mut sample.user {
            let bytes = user.bytes.len() as u64;
            if self.stack_bytes + bytes > most {
                user.bytes = Box::default();
            } else {
                self.stack_bytes += bytes;
            }
        }
        self.samples.push(sample);
    }
}

/// What was sampled of a process, not yet unwound: small enough to wait until the run is over.
///
/// Of stacks no more than [`Recording::MOST_STACK_BYTES`] are kept. Samples beyond are counted with the rest and keep their
/// thread, their kernel frames and the function that ran in user space, but not who had called it: they are among
/// [`Profile::truncated`](crate::Profile::truncated). They take some hundred bytes each.
#[derive(Debug)]
pub struct Recording {
    pub(crate) drained: Drained,
    /// Names of the threads that were there at the start.
    pub(crate) names: HashMap<u32, Arc<str>>,
    pub(crate) maps: Vec<Mapping>,
    /// The file that the process runs, as its maps name it; `None` where that could not be read.
    pub(crate) program: Option<PathBuf>,
    pub(crate) scope: Scope,
    pub(crate) kernel: bool,
}

impl Recording {
    /// The most that is kept of stacks, bytes: 17 s of CPU time where every sample has the most that it can hold
    /// ([`STACK_BYTES`](crate::STACK_BYTES)), more where stacks are shorter.
    pub const MOST_STACK_BYTES: u64 = 1 << 30;

    /// Samples of the process.
    pub fn samples(&self) -> u64 {
        self.drained.samples.len() as u64
    }

    /// Bytes of stack that are kept until the recording is resolved.
    pub fn stack_bytes(&self) -> u64 {
        self.drained.stack_bytes
    }

    /// CPU time that the thread which read the samples took: part of the calling process' own clock, so part of what a
    /// process that samples itself is charged.
    pub fn reader_cpu(&self) -> Duration {
        Duration::from_nanos(self.drained.reader_cpu_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Objects;

    fn sample(time: u64) -> RawSample {
        let registers = UserRegisters { ip: 4096, sp: 8192, fp: 8192, lr: 0 };
        RawSample { time, tid: 1, kernel: [].into(), user: Some(UserStack { registers, bytes: [0; 60].into() }) }
    }

    #[test]
    fn stacks_beyond_the_cap_leave_a_truncated_sample() {
        let mut drained = Drained::default();
        for time in 0..5 {
            drained.keep(sample(time), 150);
        }
        let recording = Recording {
            drained,
            names: HashMap::new(),
            maps: Vec::new(),
            program: None,
            scope: Scope::Cpus,
            kernel: false,
        };
        assert_eq!((recording.samples(), recording.stack_bytes()), (5, 120));
        let profile = recording.resolve(&mut Objects::new());
        assert_eq!((profile.samples, profile.lost), (5, 0), "its time is not lost");
        let alone = profile.stacks.iter().filter(|(stack, _)| stack.truncated && stack.frames.len() == 1);
        assert_eq!(alone.map(|(_, count)| count).sum::<u64>(), 3);
        assert!(profile.truncated >= 3);
    }
}
