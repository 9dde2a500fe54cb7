//! A task per request on a runtime whose tasks may run on any of its threads.

use std::marker::PhantomData;
use std::sync::Arc;

use measure::recorder::Recorder;

use super::Model;
use crate::runtime::AnyThread;
use crate::schedule::Schedule;
use crate::slot::{AsyncClient, Slots, Task, run, slots};

struct Tasks<R, C, T, F> {
    runtime: R,
    slots: Slots<C>,
    task: T,
    future: PhantomData<fn() -> F>,
}

/// A slot per client. `task` is `Task::run`, passed by the caller, who names the client's type: only there can the
/// compiler see that the future is `Send`.
pub(crate) fn any_thread<R, C, T, F>(runtime: R, clients: Vec<C>, task: T) -> Box<dyn Model>
where
    R: AnyThread,
    C: AsyncClient + Send,
    T: Fn(Task<C>) -> F + Copy + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    Box::new(Tasks { runtime, slots: slots(clients), task, future: PhantomData })
}

impl<R, C, T, F> Model for Tasks<R, C, T, F>
where
    R: AnyThread,
    C: AsyncClient + Send,
    T: Fn(Task<C>) -> F + Copy + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        let slots = std::mem::take(&mut self.slots);
        let task = self.task;
        let spawn = move |request| R::spawn(task(request));
        self.slots = self.runtime.block_on(run(slots, schedule, Arc::clone(recorder), spawn));
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn workers(&self) -> Option<usize> {
        Some(self.runtime.workers())
    }
}
