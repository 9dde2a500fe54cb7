//! Rayon's work-stealing pool with a thread per worker; its default is one per core.
//!
//! C slots queue for the pool, but only as many requests are in flight as it has threads. The default is made for
//! computing: where requests mostly wait for responses, it leaves most slots without a thread.

use std::sync::Arc;

use measure::recorder::Recorder;
use rayon::{ThreadPool, ThreadPoolBuilder};
use workload::catalog::models::rayon::MODEL;

use super::Model;
use crate::PrepareError;
use crate::pair::{Pair, clients};
use crate::schedule::Schedule;
use crate::slot::{BlockingClient, Slots, run_blocking, slots};

struct Rayon<C> {
    pool: ThreadPool,
    slots: Slots<C>,
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(thread, |clients, slots, workers| prepare(clients(slots)?, workers))
}

/// A slot per client and a pool of `threads` threads.
pub(crate) fn prepare<C: BlockingClient>(clients: Vec<C>, threads: usize) -> Result<Box<dyn Model>, PrepareError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| PrepareError::Model { model: MODEL.name, reason: error.to_string() })?;
    Ok(Box::new(Rayon { pool, slots: slots(clients) }))
}

impl<C: BlockingClient> Model for Rayon<C> {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        let slots = std::mem::take(&mut self.slots);
        let pool = &self.pool;
        self.slots = run_blocking(slots, schedule, recorder, |task| pool.spawn(move || task.run()));
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn workers(&self) -> Option<usize> {
        Some(self.pool.current_num_threads())
    }
}
