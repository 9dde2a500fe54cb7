//! async-std: a task per request on its global executor.
//!
//! async-std is discontinued (RUSTSEC-2025-0052). It remains here because people still run it and must decide about it.
//! Its executor has as many threads as the variable `ASYNC_STD_THREAD_COUNT` says (one per core if it is not set); the
//! harness sets it to the number of workers. One more thread polls the reactor.

use std::io;
use std::net::SocketAddr;

use ::async_std::net::TcpStream;
use ::async_std::task;
use tokio_util::compat::FuturesAsyncReadCompatExt;

use super::any_thread::any_thread;
use crate::pair::{Pair, clients};
use crate::runtime::{AnyThread, Runtime};
use crate::slot::Task;
use crate::stream::SendStream;

/// The global executor; it starts with its first task.
pub(crate) struct AsyncStd {
    workers: usize,
}

impl AsyncStd {
    /// The executor, which the harness has configured to have `workers` threads.
    pub(crate) fn new(workers: usize) -> AsyncStd {
        AsyncStd { workers }
    }
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(any_runtime with AsyncStd, |clients, slots, workers| {
        Ok(any_thread(AsyncStd::new(workers), clients(slots)?, Task::run))
    })
}

impl Runtime for AsyncStd {
    type Stream = SendStream;

    async fn connect(to: SocketAddr) -> io::Result<SendStream> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream.compat()))
    }
}

impl AnyThread for AsyncStd {
    fn spawn(request: impl Future<Output = ()> + Send + 'static) {
        drop(task::spawn(request));
    }

    fn block_on<T: Default + Send + 'static>(&self, main: impl Future<Output = T> + Send + 'static) -> T {
        task::block_on(task::spawn(main))
    }

    fn workers(&self) -> usize {
        self.workers
    }
}
