//! The limit of open files: raised for the observer, kept for the command, and shared out to connections.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Open files of a connection: to the client, and to where it goes.
const EACH: u64 = 2;

/// What is left for all else: pipes, results, maps, a connection that is turned away.
const ELSE: u64 = 16;

/// What a look at the system opens at a time: to resolve a name, or to go through processes and their sockets.
const OF_EACH_LOOK: u64 = 4;

/// How many looks there may be at once: one for so many files that the limit allows, and no fewer or more than these.
const FILES_FOR_A_LOOK: u64 = 64;
const FEWEST_LOOKS: u64 = 4;
const MOST_LOOKS: u64 = 64;

/// How long to wait for a file that others than connections have taken, at a time and in all: attempts at a host's
/// other addresses need one each as well.
pub(crate) const OUT_OF_FILES: Duration = Duration::from_millis(10);
const OUT_OF_FILES_FOR: Duration = Duration::from_secs(2);

/// What a sampler opens for each CPU, and the event loops.
const OF_EACH_CPU: u64 = 4;

/// How long a connection may wait for others to end. Longer, and a client that keeps its connections until the last has
/// answered would wait for ever.
const PATIENCE: Duration = Duration::from_secs(5);

/// All connections of this process share its open files.
static OF_PROCESS: OnceLock<Arc<Semaphore>> = OnceLock::new();

/// All looks of this process.
static LOOKS: OnceLock<Arc<Semaphore>> = OnceLock::new();

/// The limit that this process was started with: soft and hard.
static STARTED_WITH: OnceLock<Option<(u64, u64)>> = OnceLock::new();

/// Raises this process' limit as far as it may, once; what it was, to be given to the command. `None` where the system
/// does not tell.
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

    /// Room for one more, where there is some now.
    pub(crate) fn take_now(&self) -> Option<Place> {
        Arc::clone(&self.permits).try_acquire_owned().ok().map(Place)
    }
}

/// Has `look` done off the event loop, when there are files for it. `None` if it failed.
pub(crate) async fn look<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let looks = LOOKS.get_or_init(|| Arc::new(Semaphore::new(at_most(looks(limit())))));
    let permit = Arc::clone(looks).acquire_owned().await.ok()?;
    // Who asked may have gone, and the look goes on.
    let looking = tokio::task::spawn_blocking(move || {
        let seen = look();
        drop(permit);
        seen
    });
    looking.await.ok()
}

/// The addresses of `target`, which is `host:port`, and how long the system took to tell.
pub(crate) async fn look_up(target: &str) -> io::Result<(Vec<SocketAddr>, Duration)> {
    if let Ok(address) = target.parse() {
        return Ok((vec![address], Duration::ZERO));
    }
    with_files(|| {
        let target = target.to_owned();
        async move {
            let resolve = move || {
                let begun = Instant::now();
                target.to_socket_addrs().map(|found| (found.collect(), begun.elapsed()))
            };
            look(resolve).await.unwrap_or_else(|| Err(io::Error::other("looking it up failed")))
        }
    })
    .await
}

/// What `attempt` comes to. While there are no more open files it is made again, for a while.
pub(crate) async fn with_files<T, F>(mut attempt: impl FnMut() -> F) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let until = Instant::now() + OUT_OF_FILES_FOR;
    loop {
        match attempt().await {
            Err(error) if is_out(&error) && Instant::now() < until => tokio::time::sleep(OUT_OF_FILES).await,
            outcome => return outcome,
        }
    }
}

/// Whether there were no more open files, of this process or of the system.
pub(crate) fn is_out(error: &io::Error) -> bool {
    matches!(error.raw_os_error().map(Errno::from_raw), Some(Errno::EMFILE | Errno::ENFILE))
}

fn limit() -> u64 {
    raise();
    getrlimit(Resource::RLIMIT_NOFILE).map_or(1_024, |(soft, _)| soft)
}

fn looks(limit: u64) -> u64 {
    (limit / FILES_FOR_A_LOOK).clamp(FEWEST_LOOKS, MOST_LOOKS)
}

fn at_most(permits: u64) -> usize {
    usize::try_from(permits).unwrap_or(usize::MAX).clamp(1, Semaphore::MAX_PERMITS)
}

/// How many connections the limit allows at once, with what is open now.
fn allowed() -> usize {
    let limit = limit();
    let open = std::fs::read_dir("/proc/self/fd").map_or(0, |files| files.count() as u64);
    let cpus = std::thread::available_parallelism().map_or(1, |cpus| cpus.get() as u64);
    let reserved = open + ELSE + looks(limit) * OF_EACH_LOOK + cpus * OF_EACH_CPU;
    at_most(limit.saturating_sub(reserved) / EACH)
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
    fn a_file_that_is_there_again_is_waited_for_and_other_errors_are_not() {
        run(async {
            let mut left = 3;
            let opened = with_files(|| {
                left -= 1;
                std::future::ready(if left > 0 {
                    Err(io::Error::from_raw_os_error(Errno::EMFILE as i32))
                } else {
                    Ok(left)
                })
            });
            assert_eq!(opened.await.unwrap(), 0);
            let mut attempts = 0;
            let refused = with_files(|| {
                attempts += 1;
                std::future::ready(Err::<(), _>(io::Error::from(io::ErrorKind::ConnectionRefused)))
            });
            assert_eq!(refused.await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
            assert_eq!(attempts, 1);
        });
    }

    #[test]
    fn names_are_looked_up_and_addresses_are_not() {
        run(async {
            let (found, _) = look_up("localhost:80").await.unwrap();
            assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()));
            assert_eq!(look_up("[::1]:80").await.unwrap(), (vec!["[::1]:80".parse().unwrap()], Duration::ZERO));
        });
    }

    #[test]
    fn those_who_ask_share_the_places() {
        let (one, other) = (Room::of_process(), Room::of_process());
        assert!(Arc::ptr_eq(&one.permits, &other.permits));
    }
}
