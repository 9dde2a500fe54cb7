//! Follows a process and all that descend from it: which samples are theirs, and in which address space each was taken.
//!
//! Each CPU has its own ring, so records of one process come in several orders. They wait until every ring has given all
//! that is older, and are then taken in the order of their times.
//!
//! Of memory this holds, besides what is kept of samples, one map for each process that lives; a process that did not map
//! anything since its fork shares its parent's.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::drained::Drained;
use crate::maps;
use crate::reader::Keep;
use crate::recording::RawSample;
use crate::records::Event;
use crate::space::{SpaceId, Start};

/// A process that lives.
#[derive(Debug)]
struct Member {
    space: SpaceId,
    name: Arc<str>,
    /// It is gone when the last has ended; the first may end before.
    threads: u32,
    maps: Arc<Vec<maps::Mapping>>,
}

/// Keeps what is of a process tree.
#[derive(Debug)]
pub(crate) struct ProcessTree {
    members: HashMap<u32, Member>,
    /// Living processes that are known not to belong to it, so that their stacks need not be copied.
    strangers: HashSet<u32>,
    /// Records that wait for older ones.
    waiting: Vec<Event>,
    begun: bool,
    spaces: u64,
    drained: Drained,
}

impl ProcessTree {
    pub(crate) fn new(drained: Drained) -> Self {
        Self {
            members: HashMap::new(),
            strangers: HashSet::new(),
            waiting: Vec::new(),
            begun: false,
            spaces: 0,
            drained,
        }
    }

    fn new_space(&mut self) -> SpaceId {
        self.spaces += 1;
        SpaceId(self.spaces - 1)
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Sample(sample) => self.sample(sample),
            Event::Fork { pid, parent_pid, .. } if pid == parent_pid => {
                if let Some(member) = self.members.get_mut(&pid) {
                    member.threads = member.threads.saturating_add(1);
                }
            }
            Event::Fork { pid, parent_pid, .. } => self.fork(pid, parent_pid),
            Event::Name { pid, tid, name, exec, .. } => {
                if exec {
                    self.exec(pid);
                }
                if let Some(member) = self.members.get_mut(&pid).filter(|_| pid == tid) {
                    member.name = name;
                }
            }
            Event::Map { pid, mapping, .. } => {
                if let Some(member) = self.members.get_mut(&pid) {
                    maps::insert(Arc::make_mut(&mut member.maps), mapping);
                }
            }
            Event::Exit { pid, .. } => self.exit(pid),
            Event::Lost(count) => self.drained.lost += count,
        }
    }

    fn sample(&mut self, sample: RawSample) {
        match self.members.get(&sample.pid) {
            Some(member) => self.drained.keep(member.space, Some(Arc::clone(&member.name)), sample),
            None => {
                self.strangers.insert(sample.pid);
            }
        }
    }

    fn fork(&mut self, pid: u32, parent: u32) {
        self.strangers.remove(&pid);
        // Its number may be that of a process whose end was lost.
        self.remove(pid);
        let space = self.new_space();
        if let Some(parent) = self.members.get(&parent) {
            let (name, maps) = (Arc::clone(&parent.name), Arc::clone(&parent.maps));
            self.members.insert(pid, Member { space, name, threads: 1, maps });
        }
    }

    /// The memory of before is gone, and so is every thread but one.
    fn exec(&mut self, pid: u32) {
        let space = self.new_space();
        if let Some(member) = self.members.get_mut(&pid) {
            let before = std::mem::replace(&mut member.space, space);
            member.threads = 1;
            self.drained.retire(before, std::mem::take(&mut member.maps));
        }
    }

    fn exit(&mut self, pid: u32) {
        let last = self.members.get_mut(&pid).is_some_and(|member| {
            member.threads = member.threads.saturating_sub(1);
            member.threads == 0
        });
        if last {
            self.remove(pid);
        }
    }

    fn remove(&mut self, pid: u32) {
        if let Some(member) = self.members.remove(&pid) {
            self.drained.retire(member.space, member.maps);
        }
    }
}

impl Keep for ProcessTree {
    fn wants(&self, pid: u32) -> bool {
        !self.strangers.contains(&pid)
    }

    /// What is told before is taken after: it may know of memory that was mapped since.
    fn begin(&mut self, starts: Vec<Start>) {
        self.begun = true;
        for Start { pid, name, threads, maps } in starts {
            let space = self.new_space();
            self.members.insert(pid, Member { space, name, threads, maps });
        }
    }

    fn take(&mut self, event: Event) {
        if let Event::Exit { pid, .. } = event {
            // Whoever has its number next may belong here.
            self.strangers.remove(&pid);
        }
        self.waiting.push(event);
    }

    fn settle(&mut self, until: u64) {
        if !self.begun {
            return;
        }
        self.waiting.sort_by_key(Event::time);
        let ready = self.waiting.partition_point(|event| event.time() <= until);
        let later = self.waiting.split_off(ready);
        for event in std::mem::replace(&mut self.waiting, later) {
            self.apply(event);
        }
    }

    fn finish(mut self: Box<Self>) -> Drained {
        for (_, member) in self.members.drain() {
            self.drained.retire(member.space, member.maps);
        }
        self.drained
    }
}
