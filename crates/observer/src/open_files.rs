//! The limit of open files: raises it for the observer, restores it for the command, and distributes it over
//! connections.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Open files of a connection: one to the client and one to the host.
const EACH: u64 = 2;

/// Open files for everything else: pipes, results, maps, a connection that is refused.
const ELSE: u64 = 16;

/// Open files of a look at the system, which resolves a name or lists processes and their sockets.
const OF_EACH_LOOK: u64 = 4;

/// How many looks may run at once: one for this many files that the limit allows, within the bounds below.
const FILES_FOR_A_LOOK: u64 = 64;
const FEWEST_LOOKS: u64 = 4;
const MOST_LOOKS: u64 = 64;

/// How long to wait for a free file, each time and in total. Attempts to connect to a host's further addresses need
/// files beyond those of connections.
pub(crate) const OUT_OF_FILES: Duration = Duration::from_millis(10);
const OUT_OF_FILES_FOR: Duration = Duration::from_secs(2);

/// Open files of the sampler and the event loops, for each CPU.
const OF_EACH_CPU: u64 = 4;

/// How long a connection may wait for others to end. Without a limit, a client that keeps its connections until the
/// last response has arrived would wait forever.
const PATIENCE: Duration = Duration::from_secs(5);

/// All connections of this process share its open files.
static OF_PROCESS: OnceLock<Arc<Semaphore>> = OnceLock::new();

/// All looks of this process share these permits.
static LOOKS: OnceLock<Arc<Semaphore>> = OnceLock::new();

/// The limit that this process was started with: soft and hard.
static STARTED_WITH: OnceLock<Option<(u64, u64)>> = OnceLock::new();

/// Raises this process' limit as far as allowed, once. Returns the limit before that, which the command gets. `None` if
/// the system does not tell it.
pub(crate) fn raise() -> Option<(u64, u64)> {
    *STARTED_WITH.get_or_init(|| {
        let before = getrlimit(Resource::RLIMIT_NOFILE).ok();
        // If this fails, fewer connections are possible at once; the recorder counts those that are refused.
        let _ = measure::process::raise_open_files();
        before
    })
}

/// Limits how many connections are open at once.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionLimit {
    permits: Arc<Semaphore>,
    patience: Duration,
    /// A connection has waited in vain, and no permit has been free since.
    is_full: bool,
}

/// Permits one connection, until it is dropped.
#[derive(Debug)]
pub(crate) struct ConnectionPermit(#[expect(dead_code, reason = "held, not looked at")] OwnedSemaphorePermit);

impl ConnectionLimit {
    /// The limit of this process, which all callers share: what the limit of open files allows beyond the files that
    /// were open at the first call.
    pub(crate) fn of_process() -> ConnectionLimit {
        let permits = OF_PROCESS.get_or_init(|| Arc::new(Semaphore::new(allowed())));
        ConnectionLimit { permits: Arc::clone(permits), patience: PATIENCE, is_full: false }
    }

    /// Waits for a permit; `None` if none becomes free in time.
    pub(crate) async fn take(&mut self) -> Option<ConnectionPermit> {
        let patience = if self.is_full { Duration::ZERO } else { self.patience };
        let taken = tokio::time::timeout(patience, Arc::clone(&self.permits).acquire_owned()).await;
        self.is_full = taken.is_err();
        taken.ok()?.ok().map(ConnectionPermit)
    }

    /// A permit, if one is free now.
    pub(crate) fn take_now(&self) -> Option<ConnectionPermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok().map(ConnectionPermit)
    }
}

/// Runs `look` outside the event loop, when there are files for it. `None` if it failed.
pub(crate) async fn look<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let looks = LOOKS.get_or_init(|| Arc::new(Semaphore::new(at_most(looks(limit())))));
    let permit = Arc::clone(looks).acquire_owned().await.ok()?;
    // The look continues even if the caller no longer waits.
    let looking = tokio::task::spawn_blocking(move || {
        let seen = look();
        drop(permit);
        seen
    });
    looking.await.ok()
}

/// Resolves `target`, which is `host:port`. Returns its addresses and how long that took.
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
            look(resolve).await.unwrap_or_else(|| Err(io::Error::other("resolving the name failed")))
        }
    })
    .await
}

/// The result of `attempt`, which is repeated for a while as long as there are no free files.
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

/// Whether `error` means that this process or the system has no more open files.
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

/// How many connections the limit allows at once, given the files that are open now.
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

    fn room(most: usize) -> ConnectionLimit {
        ConnectionLimit { permits: Arc::new(Semaphore::new(most)), patience: Duration::from_millis(50), is_full: false }
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
            let mut room = ConnectionLimit { patience: Duration::from_secs(10), ..room(1) };
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
        let (one, other) = (ConnectionLimit::of_process(), ConnectionLimit::of_process());
        assert!(Arc::ptr_eq(&one.permits, &other.permits));
    }
}
