//! Tokio's current-thread runtime: a task per request, all on one thread.

use std::sync::Arc;

use measure::recorder::Recorder;
use tokio::runtime::{Builder, Runtime};
use workload::catalog::models::tokio_current::MODEL;

use super::Model;
use crate::PrepareError;
use crate::net::TokioNet;
use crate::pair::{Pair, clients};
use crate::schedule::Schedule;
use crate::slot::{AsyncClient, Slots, run, slots};

struct TokioCurrent<C> {
    runtime: Runtime,
    slots: Slots<C>,
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(tokio with TokioNet, |clients, slots, _workers| prepare(clients(slots)?))
}

/// A slot per client and a runtime on the calling thread.
pub(crate) fn prepare<C: AsyncClient>(clients: Vec<C>) -> Result<Box<dyn Model>, PrepareError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| PrepareError::Model { model: MODEL.name, reason: error.to_string() })?;
    Ok(Box::new(TokioCurrent { runtime, slots: slots(clients) }))
}

impl<C: AsyncClient> Model for TokioCurrent<C> {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        let slots = std::mem::take(&mut self.slots);
        let spawn = |task: crate::slot::Task<C, _>| drop(tokio::spawn(task.run()));
        self.slots = self.runtime.block_on(run(slots, schedule, Arc::clone(recorder), spawn));
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn workers(&self) -> Option<usize> {
        Some(1)
    }
}
