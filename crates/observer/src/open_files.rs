//! The limit of open files: raised for the observer, kept for the command, and shared out to connections.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Open files of a connection: to the client, and to where it goes.
const EACH: u64 = 2;

/// What is left for all else: pipes, results, maps, a connection that is turned away.
const ELSE: u64 = 32;

/// What a sampler opens for each CPU, and the event loops.
const OF_EACH_CPU: u64 = 4;

/// How long a connection may wait for others to end. Longer, and a client that keeps its connections until the last has answered
/// would wait for ever.
const PATIENCE: Duration = Duration::from_secs(5);

/// All connections of this process share its open files.
static OF_PROCESS: OnceLock<Arc<Semaphore>> = OnceLock::new();

/// The limit that this process was started with: soft and hard.
static STARTED_WITH: OnceLock<Option<(u64, u64)>> = OnceLock::new();

/// Raises this process' limit as far as it may, once; what it was, to be given to the command. `None` where the system does not
/// tell.
pub(crate) fn raise() -> Option<(u64, u64)> {
    *STARTED_WITH.get_or_init(|| {
        let before = getrlimit(Resource::RLIMIT_NOFILE).ok();
        // Without it there are fewer connections at once, which is told when it comes to that.
        let _ = measure::process::raise_open_files();
        before
    })
}

/// How many connections there may be at once.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    permits: Arc<Semaphore>,
    patience: Duration,
    /// One has waited in vain, and there has been no room since.
    is_full: bool,
}

/// Room for one connection, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place(#[expect(dead_code, reason = "held, not looked at")] OwnedSemaphorePermit);

impl Room {
    /// As many as the limit allows, with what was open when this was asked first; shared by all that ask.
    pub(crate) fn of_process() -> Room {
        let permits = OF_PROCESS.get_or_init(|| Arc::new(Semaphore::new(allowed())));
        Room { permits: Arc::clone(permits), patience: PATIENCE, is_full: false }
    }

    /// Room for one more; `None` where none was to be had in time.
    pub(crate) async fn take(&mut self) -> Option<Place> {
        let patience = if self.is_full { Duration::ZERO } else { self.patience };
        let taken = tokio::time::timeout(patience, Arc::clone(&self.permits).acquire_owned()).await;
        self.is_full = taken.is_err();
        taken.ok()?.ok().map(Place)
    }
}

/// How many connections the limit allows at once, with what is open now.
fn allowed() -> usize {
    raise();
    let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(1_024, |(soft, _)| soft);
    let open = std::fs::read_dir("/proc/self/fd").map_or(0, |files| files.count() as u64);
    let cpus = std::thread::available_parallelism().map_or(1, |cpus| cpus.get() as u64);
    let most = limit.saturating_sub(open + ELSE + cpus * OF_EACH_CPU) / EACH;
    usize::try_from(most).unwrap_or(usize::MAX).clamp(1, Semaphore::MAX_PERMITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(most: usize) -> Room {
        Room { permits: Arc::new(Semaphore::new(most)), patience: Duration::from_millis(50), is_full: false }
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn one_too_many_waits_once_and_then_none_does_until_there_is_room() {
        run(async {
            let mut room = room(2);
            let (one, _other) = (room.take().await.unwrap(), room.take().await.unwrap());
            let begun = std::time::Instant::now();
            assert!(room.take().await.is_none());
            let waited = begun.elapsed();
            assert!(waited >= room.patience, "{waited:?}");
            room.patience = Duration::from_secs(60);
            let begun = std::time::Instant::now();
            assert!(room.take().await.is_none());
            assert!(begun.elapsed() < room.patience, "the second does not wait");
            room.patience = Duration::from_millis(50);
            drop(one);
            let one = room.take().await;
            assert!(one.is_some(), "there is room");
            let begun = std::time::Instant::now();
            assert!(room.take().await.is_none());
            assert!(begun.elapsed() >= room.patience, "patience is back");
        });
    }

    #[test]
    fn a_place_that_is_left_in_time_is_taken() {
        run(async {
            let mut room = Room { patience: Duration::from_secs(10), ..room(1) };
            let one = room.take().await.unwrap();
            let leaving = tokio::spawn(async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                drop(one);
            });
            assert!(room.take().await.is_some());
            leaving.await.unwrap();
        });
    }

    #[test]
    fn those_who_ask_share_the_places() {
        let (one, other) = (Room::of_process(), Room::of_process());
        assert!(Arc::ptr_eq(&one.permits, &other.permits));
    }
}
