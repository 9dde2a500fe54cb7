//! smol: a task per request on its global executor.
//!
//! That executor has as many threads as the variable `SMOL_THREADS` says (1 if it says nothing); the harness sets it to
//! the number of workers. One more thread polls the reactor.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use ::smol::net::TcpStream;
use measure::recorder::Recorder;
use tokio_util::compat::FuturesAsyncReadCompatExt;

use super::Model;
use crate::net::{AsyncStream, Net};
use crate::pair::{Pair, clients};
use crate::schedule::Schedule;
use crate::slot::{AsyncClient, Slots, Task, run, slots};

struct Smol<C> {
    workers: usize,
    slots: Slots<C>,
}

/// TCP by smol's reactor.
pub(crate) struct SmolNet;

impl Net for SmolNet {
    async fn connect(addr: SocketAddr) -> io::Result<Box<dyn AsyncStream>> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream.compat()))
    }
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(any_runtime with SmolNet, |clients, slots, workers| Ok(prepare(clients(slots)?, workers)))
}

/// A slot per client; the executor starts with its first task.
pub(crate) fn prepare<C: AsyncClient>(clients: Vec<C>, workers: usize) -> Box<dyn Model> {
    Box::new(Smol { workers, slots: slots(clients) })
}

impl<C: AsyncClient> Model for Smol<C> {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        let slots = std::mem::take(&mut self.slots);
        let spawn = |task: Task<C, _>| ::smol::spawn(task.run()).detach();
        // On the executor: the thread that blocks here polls the reactor instead.
        self.slots = ::smol::block_on(::smol::spawn(run(slots, schedule, Arc::clone(recorder), spawn)));
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn workers(&self) -> Option<usize> {
        Some(self.workers)
    }
}
