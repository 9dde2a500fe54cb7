//! Concurrency models: how many fetches run at once. One file each.

pub(crate) mod any_thread;
pub(crate) mod async_std;
#[cfg(feature = "compio")]
pub(crate) mod compio;
pub(crate) mod rayon;
pub(crate) mod rayon_pool;
pub(crate) mod serial;
pub(crate) mod smol;
#[cfg_attr(not(feature = "compio"), allow(dead_code, reason = "the models that need it are behind features"))]
pub(crate) mod this_thread;
pub(crate) mod threads;
pub(crate) mod tokio_current;
pub(crate) mod tokio_multi;

use std::sync::Arc;

use measure::recorder::Recorder;

use crate::schedule::Schedule;

/// A model with its threads started and its slots made, ready to make requests as often as it is asked to.
pub(crate) trait Model {
    /// Makes the requests of `schedule` and returns when all are complete or have failed.
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>);

    /// Slots: requests in flight at most.
    fn slots(&self) -> usize;

    /// Threads that run fetches; `None` where their number follows the requests.
    fn workers(&self) -> Option<usize>;

    /// CPU time of the client's part of the latest run, ns, where this process did the server's as well; `None` where
    /// the process did nothing else.
    fn client_cpu_ns(&self) -> Option<u64> {
        None
    }
}
