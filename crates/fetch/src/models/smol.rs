//! smol: a task per request on its global executor.
//!
//! That executor has as many threads as the variable `SMOL_THREADS` says (1 if it is not set); the harness sets it to
//! the number of workers. One more thread polls the reactor.

use std::io;
use std::net::SocketAddr;

use ::smol::net::TcpStream;
use tokio_util::compat::FuturesAsyncReadCompatExt;

use super::any_thread::any_thread;
use crate::pair::{Pair, clients};
use crate::runtime::{AnyThread, Runtime};
use crate::slot::Task;
use crate::stream::SendStream;

/// The global executor; it starts with its first task.
pub(crate) struct Smol {
    workers: usize,
}

impl Smol {
    /// The executor, which the harness has configured to have `workers` threads.
    pub(crate) fn new(workers: usize) -> Smol {
        Smol { workers }
    }
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(any_runtime with Smol, |clients, slots, workers| {
        Ok(any_thread(Smol::new(workers), clients(slots)?, Task::run))
    })
}

impl Runtime for Smol {
    type Stream = SendStream;

    async fn connect(to: SocketAddr) -> io::Result<SendStream> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream.compat()))
    }
}

impl AnyThread for Smol {
    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        ::smol::spawn(task).detach();
    }

    fn block_on<T: Default + Send + 'static>(&self, main: impl Future<Output = T> + Send + 'static) -> T {
        // `main` runs on the executor: the thread that blocks here polls the reactor instead.
        ::smol::block_on(::smol::spawn(main))
    }

    fn workers(&self) -> usize {
        self.workers
    }
}
