//! The thread that forwards: one event loop for all connections.

use std::future::Future;
use std::io;
use std::thread::JoinHandle;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::LocalSet;

/// A running event loop. Dropping it ends the loop and its connections.
pub(crate) struct Running {
    thread: Option<(JoinHandle<()>, oneshot::Sender<()>)>,
}

impl Running {
    /// Runs the future that `make` returns on its own thread until the result is dropped. Tasks that the future spawns
    /// locally end with it.
    pub(crate) fn start<M, F>(name: &'static str, make: M) -> io::Result<Running>
    where
        M: FnOnce() -> F + Send + 'static,
        F: Future<Output = ()> + 'static,
    {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let tasks = LocalSet::new();
            runtime.block_on(tasks.run_until(async move {
                let serving = make();
                tokio::select! {
                    () = serving => {}
                    _ = stopped => {}
                }
            }));
            // The tasks must be dropped on the thread that made them.
            drop(tasks);
            // A name resolution in progress is not waited for.
            runtime.shutdown_background();
        })?;
        Ok(Running { thread: Some((thread, stop)) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some((thread, stop)) = self.thread.take() {
            drop(stop);
            // A panic of the thread is ignored: it holds no results.
            let _ = thread.join();
        }
    }
}
