//! The store for samples, which limits how much memory they use.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::maps::Mapping;
use crate::raw_sample::{RawSample, TaskEvent};
use crate::space::SpaceId;

/// What to do when the room for samples is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// Every sample is kept; beyond this many bytes of stacks, only with its innermost address.
    Whole { stack_bytes: u64 },
    /// At most this many bytes are kept, all parts of a sample included; half of the samples are dropped to make room,
    /// as often as needed.
    Halved { bytes: u64 },
}

/// A sample that is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) space: SpaceId,
    /// The process's name; `None` if the names of its threads are recorded.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) sample: RawSample,
    /// A random number: the sample survives as many halvings as its binary form has trailing zeros.
    lot: u64,
}

/// The samples, and the memory maps that belong to them.
#[derive(Debug)]
pub(crate) struct SampleStore {
    pub(crate) samples: Vec<Kept>,
    room: Room,
    /// Samples received, kept or not.
    met: u64,
    /// How often half of the samples were dropped to make room.
    pub(crate) halvings: u32,
    /// Total bytes of user stack of the kept samples.
    pub(crate) stack_bytes: u64,
    /// Number of kept samples in each space.
    sampled: HashMap<SpaceId, u64>,
    pub(crate) tasks: Vec<TaskEvent>,
    /// Executable memory that the single sampled process mapped meanwhile, in that order for each CPU.
    pub(crate) maps: Vec<Mapping>,
    /// The memory map of each space that has samples and will not change any more.
    pub(crate) spaces: HashMap<SpaceId, Arc<Vec<Mapping>>>,
    pub(crate) lost: u64,
    pub(crate) reader_cpu_ns: u64,
}

/// Memory of a sample besides its stack, bytes: its own fields, kernel frames, and the allocator's overhead.
const SAMPLE_BYTES: u64 = 256;

/// Memory of an address space with samples, bytes: some forty mappings, as curl has.
const SPACE_BYTES: u64 = 8 << 10;

impl SampleStore {
    pub(crate) fn new(room: Room) -> Self {
        Self {
            samples: Vec::new(),
            room,
            met: 0,
            halvings: 0,
            stack_bytes: 0,
            sampled: HashMap::new(),
            tasks: Vec::new(),
            maps: Vec::new(),
            spaces: HashMap::new(),
            lost: 0,
            reader_cpu_ns: 0,
        }
    }

    /// Keeps a sample, as far as there is room.
    pub(crate) fn keep(&mut self, space: SpaceId, name: Option<Arc<str>>, mut sample: RawSample) {
        // At random and not alternately: two CPUs' clocks alternate, so every second sample would be from one CPU.
        let lot = lot(self.met);
        self.met += 1;
        if lot.trailing_zeros() < self.halvings {
            return;
        }
        let bytes = stack_bytes(&sample);
        match (self.room, &mut sample.user) {
            (Room::Whole { stack_bytes }, Some(user)) if self.stack_bytes + bytes > stack_bytes => {
                user.bytes = Box::default();
            }
            _ => self.stack_bytes += bytes,
        }
        *self.sampled.entry(space).or_default() += 1;
        self.samples.push(Kept { space, name, sample, lot });
        if let Room::Halved { bytes } = self.room {
            while self.bytes() > bytes && self.samples.len() > 1 {
                self.halve();
            }
        }
    }

    /// The memory of the samples and their spaces.
    fn bytes(&self) -> u64 {
        self.stack_bytes + self.samples.len() as u64 * SAMPLE_BYTES + self.sampled.len() as u64 * SPACE_BYTES
    }

    fn halve(&mut self) {
        self.halvings += 1;
        self.samples.retain(|kept| kept.lot.trailing_zeros() >= self.halvings);
        self.stack_bytes = self.samples.iter().map(|kept| stack_bytes(&kept.sample)).sum();
        self.sampled.clear();
        for kept in &self.samples {
            *self.sampled.entry(kept.space).or_default() += 1;
        }
        self.spaces.retain(|space, _| self.sampled.contains_key(space));
    }

    /// Stores the map of a space that will not change any more, unless the space has no samples.
    pub(crate) fn retire(&mut self, space: SpaceId, maps: Arc<Vec<Mapping>>) {
        if self.sampled.contains_key(&space) {
            self.spaces.insert(space, maps);
        }
    }
}

fn stack_bytes(sample: &RawSample) -> u64 {
    sample.user.as_ref().map_or(0, |user| user.bytes.len() as u64)
}

fn lot(number: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    number.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw_sample::UserStack;
    use crate::registers::UserRegisters;

    fn sample(time: u64, bytes: usize) -> RawSample {
        let registers = UserRegisters { ip: 4096, sp: 8192, fp: 8192, lr: 0 };
        let user = Some(UserStack { registers, bytes: vec![0; bytes].into() });
        RawSample { time, pid: 1, tid: 1, kernel: [].into(), user }
    }

    #[test]
    fn half_of_the_samples_make_room_from_all_of_the_time_and_from_every_cpu() {
        const ROOM: u64 = 1 << 20;
        let mut store = SampleStore::new(Room::Halved { bytes: ROOM });
        for time in 0..20_000 {
            store.keep(SpaceId(time % 2), None, sample(time, 1000));
            assert!(store.bytes() <= ROOM);
        }
        let kept = store.samples.len() as u64;
        let weight = 1 << store.halvings;
        assert!(kept > 300 && (kept * weight).abs_diff(20_000) < 4_000, "{kept} samples of weight {weight}");
        let early = store.samples.iter().filter(|kept| kept.sample.time < 10_000).count() as u64;
        assert!(early * 3 > kept && early * 3 < kept * 2, "{early} of {kept}");
        let one = store.sampled[&SpaceId(0)];
        assert!(one * 3 > kept && one * 3 < kept * 2, "{one} of {kept}");
    }

    #[test]
    fn memory_of_a_space_goes_with_its_last_sample() {
        let mut store = SampleStore::new(Room::Halved { bytes: 200 << 10 });
        for space in 0..1000 {
            store.keep(SpaceId(2 * space), None, sample(space, 100));
            store.retire(SpaceId(2 * space), Arc::default());
            store.retire(SpaceId(2 * space + 1), Arc::default());
        }
        assert!(store.spaces.len() <= store.samples.len() && store.samples.len() < 30);
        assert!(store.spaces.keys().all(|space| space.0 % 2 == 0), "a space without samples is not kept");
    }

    #[test]
    fn one_sample_is_always_kept() {
        let mut store = SampleStore::new(Room::Halved { bytes: 1 });
        store.keep(SpaceId(0), None, sample(0, 100));
        assert_eq!(store.samples.len(), 1);
    }
}
