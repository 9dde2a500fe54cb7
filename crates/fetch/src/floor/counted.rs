//! Work that needs no connection, as a model: one operation per "request", one after another on one thread. What an
//! operation reports as the client's CPU time is the cost.

use std::sync::Arc;

use measure::clock::now_ns;
use measure::phase::Timeline;
use measure::recorder::Recorder;

use crate::ErrorKind;
use crate::models::Model;
use crate::schedule::Schedule;

/// An operation that returns the client's share of its CPU time, ns, and the sum of these shares in the last run.
struct Counted<F> {
    operation: F,
    client_cpu_ns: u64,
}

/// A model that does `operation` for each request.
pub(super) fn counted<F, E>(operation: F) -> Box<dyn Model>
where
    F: FnMut() -> Result<u64, E> + Send + 'static,
    E: ToString,
{
    Box::new(Counted { operation, client_cpu_ns: 0 })
}

impl<F, E> Model for Counted<F>
where
    F: FnMut() -> Result<u64, E> + Send,
    E: ToString,
{
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        self.client_cpu_ns = 0;
        for _ in 0..schedule.requests() {
            let due = now_ns();
            match (self.operation)() {
                Ok(client_ns) => {
                    self.client_cpu_ns += client_ns;
                    recorder.right(&Timeline { due, done: now_ns(), ..Timeline::default() });
                }
                Err(error) => recorder.wrong(ErrorKind::Tls.name(), || error.to_string()),
            }
        }
    }

    fn slots(&self) -> usize {
        1
    }

    fn workers(&self) -> Option<usize> {
        Some(1)
    }

    fn client_cpu_ns(&self) -> Option<u64> {
        Some(self.client_cpu_ns)
    }
}
