//! Samples a running process, or it and all its descendants: attached when it has just been started, switched on and
//! off around the measured part.
//!
//! The result is a [`Recording`]; names are looked up after the run.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::clocks::{self, Clocks, Opened};
use crate::error::ProfileError;
use crate::maps::{self, Mapping};
use crate::one_process::OneProcess;
use crate::process_tree::ProcessTree;
use crate::reader::{self, Keep, Reader, Shared};
use crate::recording::Recording;
use crate::sample_store::{Room, SampleStore};
use crate::space::{self, SpaceId};
use crate::stack::Scope;

/// How to sample.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// CPUs for the thread that reads the samples, which should be CPUs that the sampled process does not use. Empty:
    /// any.
    pub reader_cpus: BTreeSet<usize>,
    /// The scope, or an error if it is not available. `None`: the best that the system allows.
    pub scope: Option<Scope>,
    /// Whether to sample every descendant as well, on the CPUs that the process itself may use. Descendants that start
    /// before [`Sampler::start`] are included in [`Scope::Cpus`] only; those started by a program with other privileges
    /// (`sudo`) may be missing in [`Scope::Process`].
    pub descendants: bool,
    /// The most bytes of samples that are kept: when this is reached, a random half of them is dropped, and from then
    /// on half of the new ones, so that the kept samples cover the whole time evenly and each stands for twice as much
    /// CPU time. `None`: every sample is kept, with [`Recording::MOST_STACK_BYTES`] of stacks.
    pub room: Option<u64>,
}

/// The sampling clock on a process, or on it and its descendants. Dropping it switches the clock off.
pub struct Sampler {
    pid: u32,
    descendants: bool,
    clocks: Shared,
    reader: Reader,
    scope: Scope,
    kernel: bool,
    names: HashMap<u32, Arc<str>>,
    maps: Vec<Mapping>,
    program: Option<PathBuf>,
}

impl Sampler {
    /// Attaches to process `pid` and its threads, including those that it will start, with the clock still off. Attach
    /// after the process has been given its CPUs: the clocks watch those that it may use now.
    ///
    /// # Errors
    ///
    /// The process has ended, or the system forbids sampling it; the error then says what to set.
    pub fn attach(pid: u32, options: &Options) -> Result<Self, ProfileError> {
        let Opened { clocks, scope, kernel, ring } = clocks::open(pid, options.scope)?;
        let clocks = Arc::new(Mutex::new(clocks));
        let room = options
            .room
            .map_or(Room::Whole { stack_bytes: Recording::MOST_STACK_BYTES }, |bytes| Room::Halved { bytes });
        let store = SampleStore::new(room);
        let keep: Box<dyn Keep> =
            if options.descendants { Box::new(ProcessTree::new(store)) } else { Box::new(OneProcess::new(pid, store)) };
        let reader = Reader::spawn(keep, Arc::clone(&clocks), ring, options.reader_cpus.clone())
            .map_err(|source| ProfileError::System { doing: "starting the reader of the samples", pid, source })?;
        let descendants = options.descendants;
        let (names, maps) = (HashMap::new(), Vec::new());
        Ok(Self { pid, descendants, clocks, reader, scope, kernel, names, maps, program: None })
    }

    /// Attaches to the calling process. The thread that reads the samples is not sampled.
    ///
    /// # Errors
    ///
    /// As [`Sampler::attach`].
    pub fn attach_to_self(options: &Options) -> Result<Self, ProfileError> {
        Self::attach(std::process::id(), options)
    }

    /// What the clock covers.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Whether time in the kernel is sampled too.
    pub fn kernel(&self) -> bool {
        self.kernel
    }

    /// Switches the clock on. It takes about a millisecond per process, mostly to read its memory map.
    ///
    /// # Errors
    ///
    /// The kernel refuses to run a clock that it has let us open, which no known kernel does.
    pub fn start(&mut self) -> Result<(), ProfileError> {
        self.switch("switching on the sampling clock", Clocks::enable)?;
        // After the clock is on, so that mappings and threads that appear in between are in the list, among the
        // records, or in both. The map is needed for a process that ends before `stop`.
        if self.descendants {
            self.reader.begin(space::descendants(self.pid));
        } else {
            self.maps = maps::read(self.pid);
            self.names = thread_names(self.pid);
        }
        self.program = maps::program(self.pid);
        Ok(())
    }

    /// Switches the clock off and returns what it recorded, even if the process has ended meanwhile.
    ///
    /// # Errors
    ///
    /// The kernel refuses to stop the clock, or the thread that reads the samples failed.
    pub fn stop(self) -> Result<Recording, ProfileError> {
        self.switch("switching off the sampling clock", Clocks::disable)?;
        let now = if self.descendants { Vec::new() } else { maps::read(self.pid) };
        let mut store = self.reader.finish().ok_or(ProfileError::ReaderFailed { pid: self.pid })?;
        let mut spaces = std::mem::take(&mut store.spaces);
        if !self.descendants {
            let since = std::mem::take(&mut store.maps);
            let maps = if now.is_empty() { maps::overlay(self.maps, since) } else { now };
            spaces.insert(SpaceId::default(), Arc::new(maps));
        }
        let Self { names, program, scope, kernel, .. } = self;
        Ok(Recording { store, names, spaces, program, scope, kernel })
    }

    fn switch(
        &self,
        doing: &'static str,
        how: impl Fn(&mut Clocks) -> std::io::Result<()>,
    ) -> Result<(), ProfileError> {
        let source = how(&mut reader::lock(&self.clocks));
        source.map_err(|source| ProfileError::System { doing, pid: self.pid, source })
    }
}

/// The names of the threads that process `pid` has now.
fn thread_names(pid: u32) -> HashMap<u32, Arc<str>> {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return HashMap::new() };
    let named = entries.flatten().filter_map(|entry| {
        let tid = entry.file_name().to_str()?.parse().ok()?;
        let name = std::fs::read_to_string(entry.path().join("comm")).ok()?;
        Some((tid, Arc::from(name.trim_end())))
    });
    named.collect()
}
