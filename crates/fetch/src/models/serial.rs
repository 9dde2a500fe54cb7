//! One request after another on one thread, whatever concurrency is configured.

use std::sync::Arc;

use measure::recorder::Recorder;

use super::Model;
use crate::pair::{Pair, clients};
use crate::schedule::Schedule;
use crate::slot::{BlockingClient, Slots, run_blocking, slots};

struct Serial<C> {
    slots: Slots<C>,
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(thread, |clients, slots, _workers| Ok(prepare(clients(slots.min(1))?)))
}

/// Takes the first client; there is never a second request in flight.
pub(crate) fn prepare<C: BlockingClient>(clients: Vec<C>) -> Box<dyn Model> {
    Box::new(Serial { slots: slots(clients.into_iter().take(1)) })
}

impl<C: BlockingClient> Model for Serial<C> {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        let slots = std::mem::take(&mut self.slots);
        self.slots = run_blocking(slots, schedule, recorder, |task| task.run());
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn workers(&self) -> Option<usize> {
        Some(1)
    }
}
