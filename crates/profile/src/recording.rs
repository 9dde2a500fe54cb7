//! The result of sampling, before names are looked up: raw stacks, the threads' names, and the memory maps.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::event::PERIOD_NS;
use crate::maps::Mapping;
use crate::sample_store::{Kept, SampleStore};
use crate::space::SpaceId;
use crate::stack::Scope;

/// The samples of a process or of a process tree, not yet unwound: small enough to keep until the run is over.
///
/// Without [`Options::room`](crate::Options::room), no more than [`Recording::MOST_STACK_BYTES`] of stacks are kept.
/// Samples beyond that are counted like the rest and keep their thread, their kernel frames and the function that ran
/// in user space, but not its callers: they are among [`Profile::truncated`](crate::Profile::truncated). They take some
/// hundred bytes each.
#[derive(Debug)]
pub struct Recording {
    pub(crate) store: SampleStore,
    /// Names of the threads that existed at the start.
    pub(crate) names: HashMap<u32, Arc<str>>,
    /// The memory maps of the address spaces with samples.
    pub(crate) spaces: HashMap<SpaceId, Arc<Vec<Mapping>>>,
    /// The process's program file, as named in its maps; `None` if that could not be read.
    pub(crate) program: Option<PathBuf>,
    pub(crate) scope: Scope,
    pub(crate) kernel: bool,
}

impl Recording {
    /// The most bytes of stacks that are kept: enough for 17 s of CPU time if every sample has the largest stack
    /// ([`STACK_BYTES`](crate::STACK_BYTES)), for more if stacks are shorter.
    pub const MOST_STACK_BYTES: u64 = 1 << 30;

    /// Number of samples that were kept.
    pub fn samples(&self) -> u64 {
        self.store.samples.len() as u64
    }

    /// Bytes of stack that are kept until the recording is resolved.
    pub fn stack_bytes(&self) -> u64 {
        self.store.stack_bytes
    }

    /// Removes and returns the samples, grouped by address space and sorted by time, with each space's memory map.
    pub(crate) fn take_by_space(&mut self) -> Vec<(SpaceId, Arc<Vec<Mapping>>, Vec<Kept>)> {
        let mut by_space: BTreeMap<SpaceId, Vec<Kept>> = BTreeMap::new();
        for kept in std::mem::take(&mut self.store.samples) {
            by_space.entry(kept.space).or_default().push(kept);
        }
        let with_memory = by_space.into_iter().map(|(space, mut samples)| {
            samples.sort_by_key(|kept| kept.sample.time);
            (space, self.spaces.remove(&space).unwrap_or_default(), samples)
        });
        with_memory.collect()
    }

    /// CPU time per kept sample, ns: the clock's period, doubled each time half of the samples were dropped to make
    /// room.
    pub(crate) fn period_ns(&self) -> u64 {
        PERIOD_NS.checked_shl(self.store.halvings).unwrap_or(u64::MAX)
    }

    /// CPU time of the thread that read the samples. It is part of the calling process's CPU time, and so of the
    /// measured time of a process that samples itself.
    pub fn reader_cpu(&self) -> Duration {
        Duration::from_nanos(self.store.reader_cpu_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Objects;
    use crate::raw_sample::{RawSample, UserStack};
    use crate::registers::UserRegisters;
    use crate::sample_store::Room;

    fn sample(time: u64) -> RawSample {
        let registers = UserRegisters { ip: 4096, sp: 8192, fp: 8192, lr: 0 };
        RawSample {
            time,
            pid: 1,
            tid: 1,
            kernel: [].into(),
            user: Some(UserStack { registers, bytes: [0; 60].into() }),
        }
    }

    #[test]
    fn stacks_beyond_the_cap_leave_a_truncated_sample() {
        let mut store = SampleStore::new(Room::Whole { stack_bytes: 150 });
        for time in 0..5 {
            store.keep(SpaceId::default(), None, sample(time));
        }
        let recording = Recording {
            store,
            names: HashMap::new(),
            spaces: HashMap::new(),
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
