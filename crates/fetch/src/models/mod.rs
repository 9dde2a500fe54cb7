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

/// A model with its threads started and its slots made. It can make the requests of any number of schedules.
pub(crate) trait Model {
    /// Makes the requests of `schedule` and returns when all are complete or have failed.
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>);

    /// The number of slots: requests in flight at most.
    fn slots(&self) -> usize;

    /// Number of threads that run fetches; `None` where it depends on the requests.
    fn workers(&self) -> Option<usize>;

    /// CPU time of the client's part of the latest run, ns, where this process does the server's work as well; `None`
    /// where the process does only the client's.
    fn client_cpu_ns(&self) -> Option<u64> {
        None
    }
}
