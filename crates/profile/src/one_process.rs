//! Keeps what is of one process, and nothing of those it starts.

use crate::drained::Drained;
use crate::reader::Keep;
use crate::recording::TaskEvent;
use crate::records::Event;
use crate::space::{SpaceId, Start};

/// Keeps what is of one process.
#[derive(Debug)]
pub(crate) struct OneProcess {
    pid: u32,
    drained: Drained,
}

impl OneProcess {
    pub(crate) fn new(pid: u32, drained: Drained) -> Self {
        Self { pid, drained }
    }
}

impl Keep for OneProcess {
    fn wants(&self, pid: u32) -> bool {
        pid == self.pid
    }

    fn begin(&mut self, _: Vec<Start>) {}

    fn take(&mut self, event: Event) {
        match event {
            Event::Sample(sample) => self.drained.keep(SpaceId::default(), None, sample),
            Event::Lost(count) => self.drained.lost += count,
            Event::Fork { time, pid, tid, parent, .. } if pid == self.pid => {
                self.drained.tasks.push(TaskEvent::Fork { time, tid, parent });
            }
            Event::Name { time, pid, tid, name, .. } if pid == self.pid => {
                self.drained.tasks.push(TaskEvent::Name { time, tid, name });
            }
            Event::Map { pid, mapping, .. } if pid == self.pid => self.drained.maps.push(mapping),
            _ => {}
        }
    }

    fn settle(&mut self, _: u64) {}

    fn finish(self: Box<Self>) -> Drained {
        self.drained
    }
}
