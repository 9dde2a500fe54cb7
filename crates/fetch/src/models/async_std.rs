//! async-std: a task per request on its global executor.
//!
//! async-std is discontinued (RUSTSEC-2025-0052). It stays in the table as something that people still run and must
//! decide about. Its executor has as many threads as the variable `ASYNC_STD_THREAD_COUNT` says (one per core if it
//! says nothing); the harness sets it to the number of workers. One more thread polls the reactor.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use ::async_std::net::TcpStream;
use ::async_std::task;
use measure::recorder::Recorder;
use tokio_util::compat::FuturesAsyncReadCompatExt;

use super::Model;
use crate::net::{AsyncStream, Net};
use crate::pair::{Pair, clients};
use crate::schedule::Schedule;
use crate::slot::{AsyncClient, Slots, Task, run, slots};

struct AsyncStd<C> {
    workers: usize,
    slots: Slots<C>,
}

/// TCP by async-std's reactor.
pub(crate) struct AsyncStdNet;

impl Net for AsyncStdNet {
    async fn connect(addr: SocketAddr) -> io::Result<Box<dyn AsyncStream>> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream.compat()))
    }
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(any_runtime with AsyncStdNet, |clients, slots, workers| Ok(prepare(clients(slots)?, workers)))
}

/// A slot per client; the executor starts with its first task.
pub(crate) fn prepare<C: AsyncClient>(clients: Vec<C>, workers: usize) -> Box<dyn Model> {
    Box::new(AsyncStd { workers, slots: slots(clients) })
}

impl<C: AsyncClient> Model for AsyncStd<C> {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        let slots = std::mem::take(&mut self.slots);
        let spawn = |task: Task<C, _>| drop(task::spawn(task.run()));
        self.slots = task::block_on(task::spawn(run(slots, schedule, Arc::clone(recorder), spawn)));
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn workers(&self) -> Option<usize> {
        Some(self.workers)
    }
}
