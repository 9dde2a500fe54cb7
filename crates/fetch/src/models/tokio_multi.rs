//! Tokio's multi-thread runtime: a task per request, on as many worker threads as there are workers.

use std::sync::Arc;

use measure::recorder::Recorder;
use tokio::runtime::{Builder, Runtime};
use workload::catalog::models::tokio_multi::MODEL;

use super::Model;
use crate::PrepareError;
use crate::net::TokioNet;
use crate::pair::{Pair, clients};
use crate::schedule::Schedule;
use crate::slot::{AsyncClient, Slots, Task, run, slots};

struct TokioMulti<C> {
    runtime: Runtime,
    workers: usize,
    slots: Slots<C>,
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(tokio with TokioNet, |clients, slots, workers| prepare(clients(slots)?, workers))
}

/// A slot per client and a runtime of `workers` threads.
pub(crate) fn prepare<C: AsyncClient>(clients: Vec<C>, workers: usize) -> Result<Box<dyn Model>, PrepareError> {
    let runtime = Builder::new_multi_thread().worker_threads(workers).enable_all().build();
    let runtime = runtime.map_err(|error| PrepareError::Model { model: MODEL.name, reason: error.to_string() })?;
    Ok(Box::new(TokioMulti { runtime, workers, slots: slots(clients) }))
}

impl<C: AsyncClient> Model for TokioMulti<C> {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        let slots = std::mem::take(&mut self.slots);
        let spawn = |task: Task<C, _>| drop(tokio::spawn(task.run()));
        // On a worker, not in `block_on`: otherwise each request would be handed over from a thread outside the pool.
        let all = self.runtime.spawn(run(slots, schedule, Arc::clone(recorder), spawn));
        self.slots = self.runtime.block_on(all).unwrap_or_default();
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn workers(&self) -> Option<usize> {
        Some(self.workers)
    }
}
