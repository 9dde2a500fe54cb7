//! Tokio's current-thread runtime: a task per request, all on one thread.

use std::io;
use std::net::SocketAddr;

use tokio::runtime::Builder;
use workload::catalog::models::tokio_current::MODEL;

use super::any_thread::any_thread;
use crate::PrepareError;
use crate::pair::{Pair, clients};
use crate::runtime::{AnyThread, Runtime, tokio_tcp};
use crate::slot::Task;
use crate::stream::SendStream;

/// The runtime. Its tasks stay on one thread, but `tokio::spawn` requires them to be `Send` nevertheless.
pub(crate) struct TokioCurrent(tokio::runtime::Runtime);

impl TokioCurrent {
    /// The runtime, whose tasks run on the thread that waits for them.
    pub(crate) fn new() -> Result<TokioCurrent, PrepareError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let refuse = |error: io::Error| PrepareError::Model { model: MODEL.name, reason: error.to_string() };
        Ok(TokioCurrent(runtime.map_err(refuse)?))
    }
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(tokio with TokioCurrent, |clients, slots, _workers| {
        Ok(any_thread(TokioCurrent::new()?, clients(slots)?, Task::run))
    })
}

impl Runtime for TokioCurrent {
    type Stream = SendStream;

    async fn connect(to: SocketAddr) -> io::Result<SendStream> {
        tokio_tcp::connect(to).await
    }
}

impl AnyThread for TokioCurrent {
    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        drop(tokio::spawn(task));
    }

    fn block_on<T: Default + Send + 'static>(&self, main: impl Future<Output = T> + Send + 'static) -> T {
        self.0.block_on(main)
    }

    fn workers(&self) -> usize {
        1
    }
}
