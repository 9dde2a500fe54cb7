//! Tokio's multi-thread runtime: a task per request, on as many worker threads as there are workers.

use std::io;
use std::net::SocketAddr;

use tokio::runtime::Builder;
use workload::catalog::models::tokio_multi::MODEL;

use super::any_thread::any_thread;
use crate::PrepareError;
use crate::pair::{Pair, clients};
use crate::runtime::{AnyThread, Runtime, tokio_tcp};
use crate::slot::Task;
use crate::stream::SendStream;

/// The runtime.
pub(crate) struct TokioMulti {
    runtime: tokio::runtime::Runtime,
    workers: usize,
}

impl TokioMulti {
    /// The runtime with `workers` threads.
    pub(crate) fn new(workers: usize) -> Result<TokioMulti, PrepareError> {
        let runtime = Builder::new_multi_thread().worker_threads(workers).enable_all().build();
        let refuse = |error: io::Error| PrepareError::Model { model: MODEL.name, reason: error.to_string() };
        Ok(TokioMulti { runtime: runtime.map_err(refuse)?, workers })
    }
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(tokio with TokioMulti, |clients, slots, workers| {
        Ok(any_thread(TokioMulti::new(workers)?, clients(slots)?, Task::run))
    })
}

impl Runtime for TokioMulti {
    type Stream = SendStream;

    async fn connect(to: SocketAddr) -> io::Result<SendStream> {
        tokio_tcp::connect(to).await
    }
}

impl AnyThread for TokioMulti {
    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        drop(tokio::spawn(task));
    }

    fn block_on<T: Default + Send + 'static>(&self, main: impl Future<Output = T> + Send + 'static) -> T {
        // `main` runs on a worker, not in `block_on`: otherwise each request would be handed over from a thread outside
        // the pool.
        self.runtime.block_on(self.runtime.spawn(main)).unwrap_or_default()
    }

    fn workers(&self) -> usize {
        self.workers
    }
}
