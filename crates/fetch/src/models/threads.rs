//! A new operating-system thread per request, C at most alive.

use std::sync::Arc;
use std::thread;

use measure::recorder::Recorder;

use super::Model;
use crate::pair::{Pair, clients};
use crate::schedule::Schedule;
use crate::slot::{BlockingClient, Slots, run_blocking, slots};

struct Threads<C> {
    slots: Slots<C>,
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(thread, |clients, slots, _workers| Ok(prepare(clients(slots)?)))
}

/// A slot per client.
pub(crate) fn prepare<C: BlockingClient>(clients: Vec<C>) -> Box<dyn Model> {
    Box::new(Threads { slots: slots(clients) })
}

impl<C: BlockingClient> Model for Threads<C> {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        let slots = std::mem::take(&mut self.slots);
        self.slots = thread::scope(|scope| {
            run_blocking(slots, schedule, recorder, |task| {
                // If no thread can be started, the closure is dropped with its task; the mutex keeps the task for
                // `refuse`.
                let task = Arc::new(std::sync::Mutex::new(Some(task)));
                let body = Arc::clone(&task);
                let spawned = thread::Builder::new().spawn_scoped(scope, move || {
                    if let Some(task) = take(&body) {
                        task.run();
                    }
                });
                if let Err(error) = spawned
                    && let Some(task) = take(&task)
                {
                    task.refuse(&error);
                }
            })
        });
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn workers(&self) -> Option<usize> {
        None
    }
}

fn take<T>(cell: &std::sync::Mutex<Option<T>>) -> Option<T> {
    cell.lock().ok()?.take()
}
