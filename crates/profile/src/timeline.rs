//! A timeline: which process did work of which class at which time. A profile only has sums.

use std::collections::HashMap;
use std::sync::Arc;

use crate::bill::{Class, Classifier};
use crate::kernel::KernelSymbols;
use crate::memory::Memory;
use crate::naming::{Named, Nameless};
use crate::objects::Objects;
use crate::recording::Recording;
use crate::sample_store::Kept;
use crate::stack::{Frame, ObjectWithoutSymbols, Scope, Stack};
use crate::unwind::{StackUnwinder, Unwound};

/// One sample: a process did work of this class, for about [`Moments::period_ns`] of CPU time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When, CLOCK_MONOTONIC in ns.
    pub time_ns: u64,
    /// The process.
    pub pid: u32,
    /// The class of the work, by the bill's rules.
    pub class: Class,
    /// Whether it was done for the trust store, whatever its class. About a quarter of the time to load a store belongs
    /// to other classes: allocations and page faults to memory, reading files to the kernel.
    pub trust_store: bool,
}

/// All samples, by time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moments {
    /// CPU time per moment, ns: [`PERIOD_NS`](crate::PERIOD_NS), doubled each time half of the samples were dropped to
    /// make room ([`Options::room`](crate::Options::room)).
    pub period_ns: u64,
    /// Every sample that was kept, by time.
    pub all: Vec<Moment>,
    /// Samples for which the kernel had no room, or that could not be read: as in
    /// [`Profile::lost`](crate::Profile::lost).
    pub lost: u64,
    /// Moments whose stack is truncated: the callers are missing, and the class may be that of an inner step.
    pub truncated: u64,
    /// What the sampling clock counted.
    pub scope: Scope,
    /// Whether time in the kernel was sampled; otherwise only time in user space was.
    pub kernel: bool,
    /// Objects whose functions could not be named, most samples first.
    pub without_symbols: Vec<ObjectWithoutSymbols>,
}

impl Recording {
    /// Unwinds and classifies every sample. `objects` caches what was read of programs and libraries.
    pub fn moments(mut self, objects: &mut Objects) -> Moments {
        let mut moments = Moments {
            period_ns: self.period_ns(),
            lost: self.store.lost,
            scope: self.scope,
            kernel: self.kernel,
            ..Moments::default()
        };
        let mut timeline = Timeline::new(objects.kernel(self.kernel));
        for (_, maps, samples) in self.take_by_space() {
            let memory = Memory::new(&maps, objects);
            timeline.within(&memory, &samples, &mut moments);
        }
        moments.all.sort_by_key(|moment| moment.time_ns);
        moments.without_symbols = timeline.nameless.objects();
        moments
    }
}

/// A timeline under construction.
struct Timeline {
    kernel: Arc<KernelSymbols>,
    classifier: Classifier,
    nameless: Nameless,
}

/// The names of an address: the frames, outermost first, and the object if it does not name them.
struct Found {
    frames: Vec<Frame>,
    nameless: Option<Arc<str>>,
}

impl Timeline {
    fn new(kernel: Arc<KernelSymbols>) -> Self {
        Self { kernel, classifier: Classifier::new(), nameless: Nameless::default() }
    }

    /// Adds the samples of one address space.
    fn within(&mut self, memory: &Memory, samples: &[Kept], moments: &mut Moments) {
        let mut unwinder = StackUnwinder::new(memory);
        let mut found: HashMap<(bool, u64), Found> = HashMap::new();
        let mut classes: HashMap<Vec<(bool, u64)>, (Class, bool)> = HashMap::new();
        for Kept { sample, .. } in samples {
            let user = sample.user.as_ref().map(|user| unwinder.unwind(user));
            moments.truncated += u64::from(user.as_ref().is_some_and(|user| user.truncated));
            let user = user.map(|Unwound { addresses, .. }| addresses).unwrap_or_default();
            let kernel = sample.kernel.iter().map(|&address| (true, address));
            let addresses: Vec<_> = kernel.chain(user.into_iter().map(|address| (false, address))).collect();
            for &key in &addresses {
                found.entry(key).or_insert_with(|| self.find(memory, key));
            }
            let nameless = addresses.first().and_then(|first| found.get(first)?.nameless.clone());
            nameless.into_iter().for_each(|path| self.nameless.count(path));
            let (class, trust_store) = match classes.get(&addresses) {
                Some(&known) => known,
                None => *classes.entry(addresses).or_insert_with_key(|addresses| self.classify(addresses, &found)),
            };
            moments.all.push(Moment { time_ns: sample.time, pid: sample.pid, class, trust_store });
        }
    }

    fn find(&self, memory: &Memory, (kernel, address): (bool, u64)) -> Found {
        let named = match kernel {
            true => Named::in_kernel(&self.kernel, address),
            false => Named::in_user(memory, address),
        };
        Found { frames: named.frames(), nameless: named.without_symbol() }
    }

    fn classify(&mut self, innermost_first: &[(bool, u64)], found: &HashMap<(bool, u64), Found>) -> (Class, bool) {
        let frames = innermost_first.iter().rev().filter_map(|key| found.get(key));
        let frames = frames.flat_map(|found| found.frames.iter().cloned()).collect();
        let stack = Stack { thread: "".into(), frames, truncated: false };
        (self.classifier.classify(&stack).class, self.classifier.serves(&stack, Class::TrustStore))
    }
}
