//! What was sampled, before anything has a name: raw stacks, the threads' names, and the memory maps.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::event::PERIOD_NS;
use crate::maps::Mapping;
use crate::sample_store::{Kept, SampleStore};
use crate::space::SpaceId;
use crate::stack::Scope;

/// What was sampled of a process or of a process tree, not yet unwound: small enough to wait until the run is over.
///
/// Without [`Options::room`](crate::Options::room), of stacks no more than [`Recording::MOST_STACK_BYTES`] are kept.
/// Samples beyond are counted with the rest and keep their thread, their kernel frames and the function that ran in
/// user space, but not who had called it: they are among [`Profile::truncated`](crate::Profile::truncated). They take
/// some hundred bytes each.
#[derive(Debug)]
pub struct Recording {
    pub(crate) store: SampleStore,
    /// Names of the threads that were there at the start.
    pub(crate) names: HashMap<u32, Arc<str>>,
    /// The memory that samples were taken in.
    pub(crate) spaces: HashMap<SpaceId, Arc<Vec<Mapping>>>,
    /// The file that the process runs, as its maps name it; `None` where that could not be read.
    pub(crate) program: Option<PathBuf>,
    pub(crate) scope: Scope,
    pub(crate) kernel: bool,
}

impl Recording {
    /// The most that is kept of stacks, bytes: 17 s of CPU time where every sample has the most that it can hold
    /// ([`STACK_BYTES`](crate::STACK_BYTES)), more where stacks are shorter.
    pub const MOST_STACK_BYTES: u64 = 1 << 30;

    /// Samples that were kept.
    pub fn samples(&self) -> u64 {
        self.store.samples.len() as u64
    }

    /// Bytes of stack that are kept until the recording is resolved.
    pub fn stack_bytes(&self) -> u64 {
        self.store.stack_bytes
    }

    /// Takes the samples out, by the space they were taken in and in each by time, with that space's memory.
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

    /// CPU time that one kept sample stands for, ns: the clock's period, doubled as often as half of the samples had to
    /// make room.
    pub(crate) fn period_ns(&self) -> u64 {
        PERIOD_NS.checked_shl(self.store.halvings).unwrap_or(u64::MAX)
    }

    /// CPU time that the thread which read the samples took: part of the calling process' own clock, so part of what a
    /// process that samples itself is charged.
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
