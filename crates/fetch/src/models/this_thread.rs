//! A task per request on a runtime whose tasks all run on the thread that calls [`Model::run`]. Nothing needs to be
//! `Send`.

use std::sync::Arc;

use measure::recorder::Recorder;

use super::Model;
use crate::runtime::ThisThread;
use crate::schedule::Schedule;
use crate::slot::{AsyncClient, Slots, Task, run, slots};

struct Tasks<R, C> {
    runtime: R,
    slots: Slots<C>,
}

/// A slot per client.
pub(crate) fn this_thread<R: ThisThread, C: AsyncClient>(runtime: R, clients: Vec<C>) -> Box<dyn Model> {
    Box::new(Tasks { runtime, slots: slots(clients) })
}

impl<R: ThisThread, C: AsyncClient> Model for Tasks<R, C> {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        let slots = std::mem::take(&mut self.slots);
        let spawn = |request: Task<C>| self.runtime.spawn(request.run());
        self.slots = self.runtime.block_on(run(slots, schedule, Arc::clone(recorder), spawn));
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn workers(&self) -> Option<usize> {
        Some(1)
    }
}
