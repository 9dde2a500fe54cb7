//! From a recording to a profile: unwinds every stack, names what is on it, and counts equal ones.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use crate::event::PERIOD_NS;
use crate::kernel::KernelSymbols;
use crate::location::{AddressStack, Line, Location, MappedObject};
use crate::maps::Source;
use crate::memory::{Memory, Place};
use crate::objects::Objects;
use crate::recording::{RawSample, Recording};
use crate::stack::{Frame, KERNEL, ObjectWithoutSymbols, Profile, Stack, UNKNOWN};
use crate::threads::ThreadNames;
use crate::unwind::{StackUnwinder, Unwound};

impl Recording {
    /// Unwinds and names everything. `objects` keeps what was read of programs and libraries: share it between the
    /// profiles of a run.
    pub fn resolve(self, objects: &mut Objects) -> Profile {
        let memory = Memory::new(&self.maps, objects);
        let mut unwinder = StackUnwinder::new(&memory);
        let mut names = ThreadNames::new(self.names, self.drained.tasks);
        let mut samples = self.drained.samples;
        samples.sort_by_key(|sample| sample.time);
        let mut build = Build::new(&memory, objects.kernel(self.kernel));
        if let Some(program) = &self.program {
            build.begin_with(program);
        }
        for sample in &samples {
            build.add(sample, names.at(sample.time, sample.tid), &mut unwinder);
        }
        let profile = build.finish();
        let (lost, scope, kernel) = (self.drained.lost, self.scope, self.kernel);
        Profile { period_ns: PERIOD_NS, lost, scope, kernel, ..profile }
    }
}

/// A profile in the making.
struct Build<'a> {
    memory: &'a Memory,
    kernel: Arc<KernelSymbols>,
    profile: Profile,
    by_address: HashMap<u64, usize>,
    /// Frames of each location, outermost first.
    frames: Vec<Vec<Frame>>,
    /// By the start of their place.
    objects: HashMap<u64, usize>,
    nameless: BTreeMap<Arc<str>, u64>,
}

impl<'a> Build<'a> {
    fn new(memory: &'a Memory, kernel: Arc<KernelSymbols>) -> Self {
        Self {
            memory,
            kernel,
            profile: Profile::default(),
            by_address: HashMap::new(),
            frames: Vec::new(),
            objects: HashMap::new(),
            nameless: BTreeMap::new(),
        }
    }

    /// Makes the program's own file the first of the objects, whether any sample is in it or not.
    fn begin_with(&mut self, program: &Path) {
        let is_program = |place: &&Place| matches!(&place.source, Source::File { path, .. } if path == program);
        if let Some(place) = self.memory.places().find(is_program) {
            self.object(place);
        }
    }

    fn add(&mut self, sample: &RawSample, thread: Arc<str>, unwinder: &mut StackUnwinder) {
        let user = sample.user.as_ref().map(|user| unwinder.unwind(user));
        let truncated = user.as_ref().is_some_and(|user| user.truncated);
        let user = user.map(|Unwound { addresses, .. }| addresses).unwrap_or_default();
        let innermost_first: Vec<usize> = sample
            .kernel
            .iter()
            .map(|&address| (address, true))
            .chain(user.into_iter().map(|address| (address, false)))
            .map(|(address, kernel)| self.location(address, kernel))
            .collect();
        self.count_nameless(&innermost_first);
        let frames = innermost_first.iter().rev().flat_map(|&location| self.frames[location].iter().cloned()).collect();
        let profile = &mut self.profile;
        profile.samples += 1;
        profile.truncated += u64::from(truncated);
        *profile.stacks.entry(Stack { thread: Arc::clone(&thread), frames, truncated }).or_default() += 1;
        let stack = AddressStack { thread, locations: innermost_first };
        *profile.locations.stacks.entry(stack).or_default() += 1;
    }

    /// The index of an address' location, which is looked up when first met.
    fn location(&mut self, address: u64, kernel: bool) -> usize {
        if let Some(&known) = self.by_address.get(&address) {
            return known;
        }
        let place = if kernel { None } else { self.memory.find(address) };
        let lines: Arc<[Line]> = match place {
            Some(place) => place.object.lines(address.wrapping_sub(place.bias)),
            None => {
                let function = if kernel { self.kernel.find(address) } else { UNKNOWN.into() };
                [Line { function, file: "".into(), line: 0 }].into()
            }
        };
        let object: Arc<str> = match place {
            Some(place) => Arc::clone(&place.object.name),
            None if kernel => KERNEL.into(),
            None => UNKNOWN.into(),
        };
        let frame = |line: &Line| Frame { name: Arc::clone(&line.function), object: Arc::clone(&object), kernel };
        self.frames.push(lines.iter().rev().map(frame).collect());
        let object = if kernel { Some(self.kernel_object()) } else { place.map(|place| self.object(place)) };
        let index = self.profile.locations.locations.len();
        self.profile.locations.locations.push(Location { address, object, lines });
        self.by_address.insert(address, index);
        index
    }

    fn object(&mut self, place: &Place) -> usize {
        let objects = &mut self.profile.locations.objects;
        *self.objects.entry(place.range.start).or_insert_with(|| {
            let (start, end, offset) = (place.range.start, place.range.end, place.offset);
            objects.push(MappedObject { path: path(place), start, end, offset });
            objects.len() - 1
        })
    }

    fn kernel_object(&mut self) -> usize {
        /// Where the upper half of the address space begins.
        const START: u64 = 1 << 63;
        let objects = &mut self.profile.locations.objects;
        *self.objects.entry(START).or_insert_with(|| {
            objects.push(MappedObject { path: KERNEL.into(), start: START, end: u64::MAX, offset: 0 });
            objects.len() - 1
        })
    }

    /// Counts a sample that ended in a function without a name, for the object it ended in.
    fn count_nameless(&mut self, innermost_first: &[usize]) {
        let all = &self.profile.locations;
        let Some(location) = innermost_first.first().map(|&index| &all.locations[index]) else { return };
        if location.lines.first().is_some_and(|line| matches!(&*line.function, UNKNOWN | KERNEL)) {
            let path = location.object.map_or(UNKNOWN, |object| &all.objects[object].path);
            *self.nameless.entry(path.into()).or_default() += 1;
        }
    }

    fn finish(mut self) -> Profile {
        let nameless = std::mem::take(&mut self.nameless);
        let objects =
            nameless.into_iter().map(|(path, samples)| ObjectWithoutSymbols { path: (*path).into(), samples });
        self.profile.objects_without_symbols = objects.collect();
        self.profile.objects_without_symbols.sort_by_key(|object| std::cmp::Reverse(object.samples));
        self.profile
    }
}

fn path(place: &Place) -> Arc<str> {
    match &place.source {
        Source::File { path, .. } => path.to_string_lossy().into(),
        Source::Vdso => Arc::clone(&place.object.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps;
    use crate::recording::{Drained, UserStack};
    use crate::registers::UserRegisters;
    use crate::stack::Scope;

    #[test]
    fn the_programs_own_file_is_the_first_object_also_where_a_sample_met_another_first() {
        let maps = maps::read(std::process::id());
        let vdso = maps.iter().find(|mapping| mapping.source == Source::Vdso).unwrap().start;
        let registers = UserRegisters { ip: vdso, sp: 0, fp: 0, lr: 0 };
        let user = Some(UserStack { registers, bytes: Box::default() });
        let mut drained = Drained::default();
        drained.keep(RawSample { time: 0, tid: 1, kernel: [].into(), user }, u64::MAX);
        let program = maps::program(std::process::id());
        let recording = Recording { drained, names: HashMap::new(), maps, program, scope: Scope::Cpus, kernel: false };
        let locations = recording.resolve(&mut Objects::new()).locations;
        let paths: Vec<_> = locations.objects.iter().map(|object| &*object.path).collect();
        assert_eq!(paths, [std::env::current_exe().unwrap().to_str().unwrap(), "[vdso]"]);
        assert_eq!(locations.locations[0].object, Some(1));
    }
}
