//! Follows a process and all its descendants: which samples are theirs, and in which address space each was taken.
//!
//! Each CPU has its own ring, so the records of one process arrive in several sequences. They wait until every ring has
//! delivered all older ones, and are then handled in the order of their times.
//!
//! Besides the samples that are kept, this holds one memory map for each running process; a process that has mapped
//! nothing since its fork shares its parent's.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::maps;
use crate::raw_sample::RawSample;
use crate::reader::Keep;
use crate::records::Event;
use crate::sample_store::SampleStore;
use crate::space::{SpaceId, Start};

/// A running process.
#[derive(Debug)]
struct Member {
    space: SpaceId,
    name: Arc<str>,
    /// It has ended when its last thread has; the first may end before.
    threads: u32,
    maps: Arc<Vec<maps::Mapping>>,
}

/// Keeps the samples of a process tree.
#[derive(Debug)]
pub(crate) struct ProcessTree {
    members: HashMap<u32, Member>,
    /// Running processes that are known not to belong to the tree, so that their stacks need not be copied.
    strangers: HashSet<u32>,
    /// Records that wait for older ones of other rings.
    waiting: Vec<Event>,
    begun: bool,
    spaces: u64,
    store: SampleStore,
}

impl ProcessTree {
    pub(crate) fn new(store: SampleStore) -> Self {
        Self { members: HashMap::new(), strangers: HashSet::new(), waiting: Vec::new(), begun: false, spaces: 0, store }
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
            Event::Lost(count) => self.store.lost += count,
        }
    }

    fn sample(&mut self, sample: RawSample) {
        match self.members.get(&sample.pid) {
            Some(member) => self.store.keep(member.space, Some(Arc::clone(&member.name)), sample),
            None => {
                self.strangers.insert(sample.pid);
            }
        }
    }

    fn fork(&mut self, pid: u32, parent: u32) {
        self.strangers.remove(&pid);
        // A process with the same ID may be known, if the record of its end was lost.
        self.remove(pid);
        let space = self.new_space();
        if let Some(parent) = self.members.get(&parent) {
            let (name, maps) = (Arc::clone(&parent.name), Arc::clone(&parent.maps));
            self.members.insert(pid, Member { space, name, threads: 1, maps });
        }
    }

    /// The process executes another program: its memory is gone, and so is every thread but one.
    fn exec(&mut self, pid: u32) {
        let space = self.new_space();
        if let Some(member) = self.members.get_mut(&pid) {
            let before = std::mem::replace(&mut member.space, space);
            member.threads = 1;
            self.store.retire(before, std::mem::take(&mut member.maps));
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
            self.store.retire(member.space, member.maps);
        }
    }
}

impl Keep for ProcessTree {
    fn wants(&self, pid: u32) -> bool {
        !self.strangers.contains(&pid)
    }

    /// Called before the first record, but applied after it: the list may include memory that was mapped since.
    fn begin(&mut self, starts: Vec<Start>) {
        self.begun = true;
        for Start { pid, name, threads, maps } in starts {
            let space = self.new_space();
            self.members.insert(pid, Member { space, name, threads, maps });
        }
    }

    fn take(&mut self, event: Event) {
        if let Event::Exit { pid, .. } = event {
            // The next process with this ID may belong to the tree.
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

    fn finish(mut self: Box<Self>) -> SampleStore {
        for (_, member) in self.members.drain() {
            self.store.retire(member.space, member.maps);
        }
        self.store
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::{Mapping, Source};
    use crate::sample_store::Room;

    const ROOT: u32 = 10;

    fn mapping(start: u64) -> Mapping {
        Mapping { start, end: start + 10, offset: 0, source: Source::Vdso }
    }

    fn sample(time: u64, pid: u32) -> Event {
        Event::Sample(RawSample { time, pid, tid: pid, kernel: [].into(), user: None })
    }

    fn fork(time: u64, parent_pid: u32, pid: u32) -> Event {
        Event::Fork { time, pid, tid: pid, parent_pid, parent: parent_pid }
    }

    fn exec(time: u64, pid: u32, name: &str) -> Event {
        Event::Name { time, pid, tid: pid, name: name.into(), exec: true }
    }

    fn map(time: u64, pid: u32, start: u64) -> Event {
        Event::Map { time, pid, mapping: mapping(start) }
    }

    fn exit(time: u64, pid: u32) -> Event {
        Event::Exit { time, pid }
    }

    /// What a tree keeps of these events; its root has one mapping at 100.
    fn kept(events: impl IntoIterator<Item = Event>) -> SampleStore {
        let mut tree = Box::new(ProcessTree::new(SampleStore::new(Room::Whole { stack_bytes: 0 })));
        let maps = Arc::new(vec![mapping(100)]);
        tree.begin(vec![Start { pid: ROOT, name: "root".into(), threads: 1, maps }]);
        events.into_iter().for_each(|event| tree.take(event));
        tree.settle(u64::MAX);
        tree.finish()
    }

    /// Time, process name and starts of what was mapped, of each sample.
    fn seen(store: &SampleStore) -> Vec<(u64, &str, Vec<u64>)> {
        let starts = |space| store.spaces[space].iter().map(|mapping| mapping.start).collect();
        let samples = store.samples.iter();
        samples.map(|kept| (kept.sample.time, kept.name.as_deref().unwrap_or(""), starts(&kept.space))).collect()
    }

    #[test]
    fn a_child_has_its_parents_memory_until_it_runs_a_program() {
        let store = kept([
            fork(1, ROOT, 11),
            sample(2, 11),
            exec(3, 11, "curl"),
            map(4, 11, 500),
            sample(5, 11),
            map(6, 11, 600),
            sample(7, ROOT),
        ]);
        let expected = [(2, "root", vec![100]), (5, "curl", vec![500, 600]), (7, "root", vec![100])];
        assert_eq!(seen(&store), expected);
    }

    #[test]
    fn rings_may_be_read_in_any_order() {
        let store = kept([sample(5, 12), exec(3, 11, "sh"), sample(2, 11), fork(4, 11, 12), fork(1, ROOT, 11)]);
        assert_eq!(seen(&store), [(2, "root", vec![100]), (5, "sh", vec![])]);
    }

    #[test]
    fn strangers_are_not_kept_and_their_stacks_no_longer_copied() {
        let mut tree = ProcessTree::new(SampleStore::new(Room::Whole { stack_bytes: 0 }));
        tree.begin(Vec::new());
        assert!(tree.wants(99), "it may be a child whose fork is in another ring");
        tree.take(sample(1, 99));
        tree.settle(1);
        assert!(tree.store.samples.is_empty() && !tree.wants(99));
        tree.take(exit(2, 99));
        assert!(tree.wants(99), "the number may be given to a child now");
    }

    #[test]
    fn a_number_that_a_stranger_has_next_is_a_strangers() {
        let store = kept([fork(1, ROOT, 11), sample(2, 11), exit(3, 11), fork(4, 98, 11), sample(5, 11)]);
        assert_eq!(seen(&store), [(2, "root", vec![100])]);
        let lost_its_exit = kept([fork(1, ROOT, 11), fork(4, 98, 11), sample(5, 11)]);
        assert!(lost_its_exit.samples.is_empty());
    }

    #[test]
    fn a_process_lives_until_its_last_thread_ends() {
        let thread = Event::Fork { time: 1, pid: ROOT, tid: 20, parent_pid: ROOT, parent: ROOT };
        let store = kept([thread, exit(2, ROOT), sample(3, ROOT), exit(4, ROOT), sample(5, ROOT)]);
        assert_eq!(seen(&store), [(3, "root", vec![100])]);
    }

    #[test]
    fn programs_by_the_thousand_leave_nothing_but_what_was_sampled() {
        let short = |index: u64| {
            let (time, pid) = (10 * index, 1000 + u32::try_from(index % 50).unwrap());
            let seen = index.is_multiple_of(100).then(|| sample(time + 3, pid));
            [fork(time, ROOT, pid), exec(time + 1, pid, "true"), map(time + 2, pid, index), exit(time + 4, pid)]
                .into_iter()
                .chain(seen)
        };
        let store = kept((1..=5000).flat_map(short));
        assert_eq!((store.samples.len(), store.spaces.len()), (50, 50));
        assert_eq!(seen(&store)[1], (2003, "true", vec![200]));
    }

    #[test]
    fn what_is_younger_than_the_other_rings_waits() {
        let mut tree = ProcessTree::new(SampleStore::new(Room::Whole { stack_bytes: 0 }));
        tree.take(sample(1, 11));
        tree.settle(100);
        tree.begin(vec![Start { pid: ROOT, name: "root".into(), threads: 1, maps: Arc::default() }]);
        tree.take(sample(101, 11));
        tree.settle(0);
        tree.take(fork(0, ROOT, 11));
        tree.settle(100);
        assert_eq!(tree.store.samples.len(), 1, "before it was begun nothing was judged");
        tree.settle(101);
        assert_eq!(tree.store.samples.len(), 2);
    }
}
