//! Rayon's work-stealing pool: `rayon` with a thread per worker (its default is one per core), `rayon-pool` with one
//! per slot.
//!
//! C slots queue before the pool, but only as many requests are in flight as it has threads. Made for computing, its
//! default keeps most slots waiting when the time goes into waiting for responses.
//!
//! A pool of thousands of threads comes to a stop. A thread without work looks into the queue of every other one, 33
//! times before it sleeps (rayon-core 1.13, `WorkerThread::steal` and `ROUNDS_UNTIL_SLEEPING`), and at every 128th
//! queue the memory reclamation of crossbeam-epoch 0.9 goes through all threads (`Global::try_advance`). So a search
//! takes time by the square of their number, and all threads together, as when the pool starts and when a trial ends,
//! by its cube.

use std::sync::Arc;

use measure::recorder::Recorder;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::Model;
use crate::PrepareError;
use crate::schedule::Schedule;
use crate::slot::{BlockingClient, Slots, run_blocking, slots};

/// The most threads of a pool. Measured on two CPUs with jobs that sleep for 1 ms, CPU time per job: 0.17 ms with 512
/// threads, 0.7 ms with 1,024, 3.7 ms with 1,536, 55 ms with 2,048.
const MOST_THREADS: u32 = 1_024;

/// Why a pool cannot have so many threads; `None` where it can.
pub(crate) fn crowded(threads: u32) -> Option<String> {
    (threads > MOST_THREADS).then(|| {
        format!(
            "a rayon pool of {threads} threads hardly gets to its work: each idle thread searches the queues of all \
             others (rayon#394, crossbeam#852); use -c {MOST_THREADS} at most, or the model threads"
        )
    })
}

struct Rayon<C> {
    pool: ThreadPool,
    slots: Slots<C>,
}

/// A slot per client and a pool of `threads` threads.
pub(crate) fn prepare<C: BlockingClient>(clients: Vec<C>, threads: usize) -> Result<Box<dyn Model>, PrepareError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| PrepareError::Model { model: "rayon", reason: error.to_string() })?;
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
