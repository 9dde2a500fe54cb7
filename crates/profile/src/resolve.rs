//! Turns a recording into a profile: unwinds every stack, names its addresses, and counts equal stacks.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::kernel::KernelSymbols;
use crate::location::{AddressStack, Location, MappedObject};
use crate::maps::Source;
use crate::memory::{Memory, Place};
use crate::naming::{Named, Nameless, path};
use crate::objects::Objects;
use crate::recording::Recording;
use crate::sample_store::Kept;
use crate::space::SpaceId;
use crate::stack::{Frame, KERNEL, Profile, Stack, UNKNOWN};
use crate::threads::ThreadNames;
use crate::unwind::{StackUnwinder, Unwound};

impl Recording {
    /// Unwinds and names everything. `objects` caches what was read of programs and libraries: share it between the
    /// profiles of a run. For descendants, the thread's name is that of the process, and the objects in memory are
    /// those of every process.
    pub fn resolve(mut self, objects: &mut Objects) -> Profile {
        let period_ns = self.period_ns();
        let by_space = self.take_by_space();
        let mut names = ThreadNames::new(self.names, self.store.tasks);
        let mut build = Build::new(objects.kernel(self.kernel));
        for (space, maps, samples) in by_space {
            let memory = Memory::new(&maps, objects);
            let mut unwinder = StackUnwinder::new(&memory);
            let mut build = build.within(space, &memory);
            if let Some(program) = &self.program {
                build.begin_with(program);
            }
            for kept in &samples {
                let thread = kept.name.clone().unwrap_or_else(|| names.at(kept.sample.time, kept.sample.tid));
                build.add(kept, thread, &mut unwinder);
            }
        }
        let profile = build.finish();
        let (lost, scope, kernel) = (self.store.lost, self.scope, self.kernel);
        Profile { period_ns, lost, scope, kernel, ..profile }
    }
}

/// A profile under construction.
struct Build {
    kernel: Arc<KernelSymbols>,
    profile: Profile,
    /// By address space and address; kernel addresses have no space.
    by_address: HashMap<(Option<SpaceId>, u64), usize>,
    /// Frames of each location, outermost first.
    frames: Vec<Vec<Frame>>,
    /// By address space and start of the place.
    objects: HashMap<(Option<SpaceId>, u64), usize>,
    nameless: Nameless,
}

impl Build {
    fn new(kernel: Arc<KernelSymbols>) -> Self {
        Self {
            kernel,
            profile: Profile::default(),
            by_address: HashMap::new(),
            frames: Vec::new(),
            objects: HashMap::new(),
            nameless: Nameless::default(),
        }
    }

    fn within<'a>(&'a mut self, space: SpaceId, memory: &'a Memory) -> Within<'a> {
        Within { build: self, space, memory }
    }

    fn finish(mut self) -> Profile {
        self.profile.objects_without_symbols = self.nameless.objects();
        self.profile
    }
}

/// A profile under construction, in one address space.
struct Within<'a> {
    build: &'a mut Build,
    space: SpaceId,
    memory: &'a Memory,
}

impl Within<'_> {
    /// Makes the program's own file the first object, whether any sample is in it or not.
    fn begin_with(&mut self, program: &Path) {
        let is_program = |place: &&Place| matches!(&place.source, Source::File { path, .. } if path == program);
        if let Some(place) = self.memory.places().find(is_program) {
            self.object(place);
        }
    }

    fn add(&mut self, kept: &Kept, thread: Arc<str>, unwinder: &mut StackUnwinder) {
        let user = kept.sample.user.as_ref().map(|user| unwinder.unwind(user));
        let truncated = user.as_ref().is_some_and(|user| user.truncated);
        let user = user.map(|Unwound { addresses, .. }| addresses).unwrap_or_default();
        let kernel = kept.sample.kernel.iter().map(|&address| (address, true));
        let innermost_first: Vec<usize> = kernel
            .chain(user.into_iter().map(|address| (address, false)))
            .map(|(address, kernel)| self.location(address, kernel))
            .collect();
        self.count_nameless(&innermost_first);
        let build = &mut *self.build;
        let frames =
            innermost_first.iter().rev().flat_map(|&location| build.frames[location].iter().cloned()).collect();
        let profile = &mut build.profile;
        profile.samples += 1;
        profile.truncated += u64::from(truncated);
        *profile.stacks.entry(Stack { thread: Arc::clone(&thread), frames, truncated }).or_default() += 1;
        let stack = AddressStack { thread, locations: innermost_first };
        *profile.locations.stacks.entry(stack).or_default() += 1;
    }

    /// The index of an address's location. An address is looked up when it first occurs.
    fn location(&mut self, address: u64, kernel: bool) -> usize {
        let key = ((!kernel).then_some(self.space), address);
        if let Some(&known) = self.build.by_address.get(&key) {
            return known;
        }
        let named = match kernel {
            true => Named::in_kernel(&self.build.kernel, address),
            false => Named::in_user(self.memory, address),
        };
        let object = if kernel { Some(self.kernel_object()) } else { named.place.map(|place| self.object(place)) };
        let build = &mut *self.build;
        build.frames.push(named.frames());
        let index = build.profile.locations.locations.len();
        build.profile.locations.locations.push(Location { address, object, lines: named.lines });
        build.by_address.insert(key, index);
        index
    }

    fn object(&mut self, place: &Place) -> usize {
        let objects = &mut self.build.profile.locations.objects;
        *self.build.objects.entry((Some(self.space), place.range.start)).or_insert_with(|| {
            let (start, end, offset) = (place.range.start, place.range.end, place.offset);
            objects.push(MappedObject { path: path(place), start, end, offset });
            objects.len() - 1
        })
    }

    fn kernel_object(&mut self) -> usize {
        /// Where the upper half of the address space begins.
        const START: u64 = 1 << 63;
        let objects = &mut self.build.profile.locations.objects;
        *self.build.objects.entry((None, START)).or_insert_with(|| {
            objects.push(MappedObject { path: KERNEL.into(), start: START, end: u64::MAX, offset: 0 });
            objects.len() - 1
        })
    }

    /// If the innermost function has no name, counts the sample for its object.
    fn count_nameless(&mut self, innermost_first: &[usize]) {
        let all = &self.build.profile.locations;
        let Some(location) = innermost_first.first().map(|&index| &all.locations[index]) else { return };
        if location.lines.first().is_some_and(|line| matches!(&*line.function, UNKNOWN | KERNEL)) {
            let path = location.object.map_or(UNKNOWN, |object| &all.objects[object].path);
            self.build.nameless.count(path.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps;
    use crate::raw_sample::{RawSample, UserStack};
    use crate::registers::UserRegisters;
    use crate::sample_store::{Room, SampleStore};
    use crate::stack::Scope;

    #[test]
    fn the_programs_own_file_is_the_first_object_also_where_a_sample_met_another_first() {
        let maps = maps::read(std::process::id());
        let vdso = maps.iter().find(|mapping| mapping.source == Source::Vdso).unwrap().start;
        let registers = UserRegisters { ip: vdso, sp: 0, fp: 0, lr: 0 };
        let user = Some(UserStack { registers, bytes: Box::default() });
        let mut store = SampleStore::new(Room::Whole { stack_bytes: u64::MAX });
        let sample = RawSample { time: 0, pid: 1, tid: 1, kernel: [].into(), user };
        store.keep(SpaceId::default(), None, sample);
        let program = maps::program(std::process::id());
        let spaces = HashMap::from([(SpaceId::default(), Arc::new(maps))]);
        let recording = Recording { store, names: HashMap::new(), spaces, program, scope: Scope::Cpus, kernel: false };
        let locations = recording.resolve(&mut Objects::new()).locations;
        let paths: Vec<_> = locations.objects.iter().map(|object| &*object.path).collect();
        assert_eq!(paths, [std::env::current_exe().unwrap().to_str().unwrap(), "[vdso]"]);
        assert_eq!(locations.locations[0].object, Some(1));
    }
}
