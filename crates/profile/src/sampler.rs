//! Samples a running process, or it and all that descend from it: attached when it has just been spawned, switched on
//! and off around the stretch that is measured.
//!
//! What comes out is a [`Recording`]; giving its stacks names is left for after the run.

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
    /// CPUs for the thread that reads the samples: those that the sampled process does not use. Empty: any.
    pub reader_cpus: BTreeSet<usize>,
    /// This scope or an error. `None`: the best that the system allows.
    pub scope: Option<Scope>,
    /// Samples also every process that descends from the one attached to, on the CPUs which that one may use. Those
    /// that begin before [`Sampler::start`] are met in [`Scope::Cpus`] only; those that a program with other privileges
    /// starts (`sudo`), perhaps not at all in [`Scope::Process`].
    pub descendants: bool,
    /// At most so many bytes are kept of samples: when there is no more room, half of them are dropped by lot, and from
    /// then on half of those that come, so that what is kept is spread over all of the time and each sample stands for
    /// twice as much. `None`: every sample is kept, and of stacks [`Recording::MOST_STACK_BYTES`].
    pub room: Option<u64>,
}

/// The sampling clock on a process, or on it and its descendants. Dropped, it is off.
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
    /// Attaches to process `pid` and all threads that it has and will have, the clock still off. Attach after the
    /// process has been given its CPUs: those it may use now are the ones that are watched.
    ///
    /// # Errors
    /// The process is gone, or the system forbids sampling it; the error then says what to set.
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

    /// Attaches to the calling process. The thread that reads the samples is left out of them.
    ///
    /// # Errors
    /// As [`Sampler::attach`].
    pub fn attach_to_self(options: &Options) -> Result<Self, ProfileError> {
        Self::attach(std::process::id(), options)
    }

    /// Whose time the clock runs on.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Time in the kernel is sampled too.
    pub fn kernel(&self) -> bool {
        self.kernel
    }

    /// Switches the clock on. Takes about a millisecond, most of it to read what the process has mapped, for each
    /// process that there is.
    ///
    /// # Errors
    /// The kernel refuses to run a clock it has let us open, which no known kernel does.
    pub fn start(&mut self) -> Result<(), ProfileError> {
        self.switch("switching on the sampling clock", Clocks::enable)?;
        // Only now: what is mapped and which threads begin in between is in the list, among the records, or in both.
        // The map is for a process that dies before `stop`.
        if self.descendants {
            self.reader.begin(space::descendants(self.pid));
        } else {
            self.maps = maps::read(self.pid);
            self.names = thread_names(self.pid);
        }
        self.program = maps::program(self.pid);
        Ok(())
    }

    /// Switches the clock off and gives what it recorded, also of a process that has died meanwhile.
    ///
    /// # Errors
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
