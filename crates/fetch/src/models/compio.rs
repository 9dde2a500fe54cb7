//! compio: a task per request on a runtime in which the kernel completes operations (io_uring) instead of reporting
//! when they can be tried.
//!
//! Tasks and connections stay on the thread that runs them. hyper and the TLS stacks use readiness-based streams, so
//! their bytes pass through compio's adapter, which copies them into a buffer of its own in each direction. Where the
//! kernel forbids io_uring, compio falls back to polling.

use std::io;
use std::net::SocketAddr;

use ::compio::io::compat::AsyncStream;
use ::compio::net::TcpStream;
use tokio_util::compat::FuturesAsyncReadCompatExt;
use workload::catalog::models::compio::MODEL;

use super::this_thread::this_thread;
use crate::PrepareError;
use crate::pair::{Pair, clients};
use crate::runtime::background_flush::BackgroundFlush;
use crate::runtime::{Runtime, ThisThread};
use crate::stream::LocalStream;

/// The runtime.
pub(crate) struct Compio(::compio::runtime::Runtime);

impl Compio {
    /// A runtime on the calling thread.
    pub(crate) fn new() -> Result<Compio, PrepareError> {
        let refuse = |error: io::Error| PrepareError::Model { model: MODEL.name, reason: error.to_string() };
        Ok(Compio(::compio::runtime::Runtime::new().map_err(refuse)?))
    }
}

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(any_runtime with Compio, |clients, slots, _workers| {
        Ok(this_thread(Compio::new()?, clients(slots)?))
    })
}

impl Runtime for Compio {
    type Stream = LocalStream;

    async fn connect(to: SocketAddr) -> io::Result<LocalStream> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        // The adapter must not be moved once it is polled, so it is pinned in a box.
        Ok(Box::new(BackgroundFlush::new(Box::pin(AsyncStream::new(stream)).compat())))
    }
}

impl ThisThread for Compio {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.0.spawn(task).detach();
    }

    fn block_on<F: Future>(&self, main: F) -> F::Output {
        self.0.block_on(main)
    }
}
