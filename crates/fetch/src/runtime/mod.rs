//! The async runtimes, as clients and models see them: how TCP connections are made, and on which threads tasks run.
//!
//! No future here needs to be [`Send`], so that a runtime may keep its tasks on one thread ([`ThisThread`]). A runtime
//! that moves tasks between threads ([`AnyThread`]) requires it where a task is spawned. Generic code cannot prove that
//! a client's future is `Send`; a call that names client and runtime can (rust-lang/rust#103854). Therefore the code
//! that prepares such a model passes it [`Task::run`](crate::slot::Task::run).

#[cfg(feature = "compio")]
pub(crate) mod background_flush;
pub(crate) mod tokio_tcp;

use std::io;
use std::net::SocketAddr;

use workload::catalog::Charged;
use workload::charged;

use crate::tls::Secure;

/// The class of the bill that this module's CPU time counts as.
pub(crate) const SYMBOLS: Charged = charged!(Runtime);

/// A runtime, through which clients open their connections.
pub(crate) trait Runtime: Sized + 'static {
    /// The type of its connections.
    type Stream: Secure;

    /// A TCP connection to `to`, Nagle's algorithm off.
    fn connect(to: SocketAddr) -> impl Future<Output = io::Result<Self::Stream>>;
}

/// A runtime whose tasks may run on any of its threads.
pub(crate) trait AnyThread: Runtime {
    /// Starts a task. Called on a thread of the runtime.
    fn spawn(task: impl Future<Output = ()> + Send + 'static);

    /// Runs `main` to its end, and its tasks meanwhile. Returns the default if `main` could not end.
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
