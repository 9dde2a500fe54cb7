//! The async runtimes, as clients and models see them: where TCP connections come from, and on which threads tasks run.
//!
//! No future here is asked to be [`Send`], so that a runtime may keep its tasks on one thread ([`ThisThread`]). A
//! runtime that moves tasks between threads ([`AnyThread`]) asks for it where a task is spawned. Generic code cannot
//! show that a client's future is `Send`; a call that names client and runtime can (rust-lang/rust#103854). That is why
//! whoever prepares such a model passes [`Task::run`](crate::slot::Task::run) along.

#[cfg(feature = "compio")]
pub(crate) mod background_flush;
pub(crate) mod tokio_tcp;

use std::io;
use std::net::SocketAddr;

use workload::catalog::Charged;
use workload::charged;

use crate::tls::Secure;

/// What the bill charges this module to.
pub(crate) const SYMBOLS: Charged = charged!(Runtime);

/// A runtime, by which clients open their connections.
pub(crate) trait Runtime: Sized + 'static {
    /// What its connections are.
    type Stream: Secure;

    /// A TCP connection to `to`, Nagle's algorithm off.
    fn connect(to: SocketAddr) -> impl Future<Output = io::Result<Self::Stream>>;
}

/// A runtime whose tasks may run on any of its threads.
pub(crate) trait AnyThread: Runtime {
    /// Starts a task. Called on a thread of the runtime.
    fn spawn(task: impl Future<Output = ()> + Send + 'static);

    /// Runs `main` to its end, its tasks meanwhile. The default if it could not end.
    fn block_on<T: Default + Send + 'static>(&self, main: impl Future<Output = T> + Send + 'static) -> T;

    /// Threads that run tasks.
    fn workers(&self) -> usize;
}

/// A runtime whose tasks all run on the thread that waits for them.
pub(crate) trait ThisThread: Runtime {
    /// Starts a task.
    fn spawn(&self, task: impl Future<Output = ()> + 'static);

    /// Runs `main` to its end, tasks meanwhile.
    fn block_on<F: Future>(&self, main: F) -> F::Output;
}
