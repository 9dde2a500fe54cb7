//! Keeps the samples of one process, and none of the processes that it starts.

use crate::raw_sample::TaskEvent;
use crate::reader::Keep;
use crate::records::Event;
use crate::sample_store::SampleStore;
use crate::space::{SpaceId, Start};

/// Keeps the samples of one process.
#[derive(Debug)]
pub(crate) struct OneProcess {
    pid: u32,
    store: SampleStore,
}

impl OneProcess {
    pub(crate) fn new(pid: u32, store: SampleStore) -> Self {
        Self { pid, store }
    }
}

impl Keep for OneProcess {
    fn wants(&self, pid: u32) -> bool {
        pid == self.pid
    }

    fn begin(&mut self, _: Vec<Start>) {}

    fn take(&mut self, event: Event) {
        match event {
            Event::Sample(sample) => self.store.keep(SpaceId::default(), None, sample),
            Event::Lost(count) => self.store.lost += count,
            Event::Fork { time, pid, tid, parent, .. } if pid == self.pid => {
                self.store.tasks.push(TaskEvent::Fork { time, tid, parent });
            }
            Event::Name { time, pid, tid, name, .. } if pid == self.pid => {
                self.store.tasks.push(TaskEvent::Name { time, tid, name });
            }
            Event::Map { pid, mapping, .. } if pid == self.pid => self.store.maps.push(mapping),
            _ => {}
        }
    }

    fn settle(&mut self, _: u64) {}

    fn finish(self: Box<Self>) -> SampleStore {
        self.store
    }
}
