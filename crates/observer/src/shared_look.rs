//! A snapshot of the system's state that is taken once for all tasks that need one at the same time.
//!
//! The system's lists of sockets and of processes' files can only be read as a whole: with thousands of connections
//! that takes a tenth of a second. If each connection read them on its own, no CPU time would be left for anything
//! else.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::open_files;

/// After a look there is a pause of this many times its duration, so that looks take at most a fifth of a CPU.
const REST: u32 = 4;

/// When the next look may begin after one that `began` and `ended` then, if nobody waits for it.
pub(crate) fn rested(began: Instant, ended: Instant) -> Instant {
    ended + REST * (ended - began)
}

/// How soon a look is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Haste {
    /// Something waits for it.
    AtOnce,
    /// Looks may be spaced out.
    Later,
}

/// Takes looks, one at a time, and keeps the last one.
pub(crate) struct SharedLook<T> {
    look: Arc<dyn Fn() -> T + Send + Sync>,
    last: Arc<Mutex<Option<Snapshot<T>>>>,
}

/// The result of one look.
struct Snapshot<T> {
    began: Instant,
    ended: Instant,
    what: Arc<T>,
}

impl<T: Send + Sync + 'static> SharedLook<T> {
    /// Makes one that takes its looks with `look`, which may block.
    pub(crate) fn new(look: impl Fn() -> T + Send + Sync + 'static) -> SharedLook<T> {
        SharedLook { look: Arc::new(look), last: Arc::default() }
    }

    /// Returns the result of a look that began after this call. `None` if the look failed.
    pub(crate) async fn take(&self, haste: Haste) -> Option<Arc<T>> {
        let asked = Instant::now();
        loop {
            let last = Arc::clone(&self.last).lock_owned().await;
            if let Some(snapshot) = &*last {
                if snapshot.began >= asked {
                    return Some(Arc::clone(&snapshot.what));
                }
                let rested = rested(snapshot.began, snapshot.ended);
                if haste == Haste::Later && Instant::now() < rested {
                    drop(last);
                    tokio::time::sleep_until(rested.into()).await;
                    continue;
                }
            }
            return self.renew(last).await;
        }
    }

    /// Takes a look outside the event loop. It holds the lock until it ends, even if the caller no longer waits.
    async fn renew(&self, mut last: OwnedMutexGuard<Option<Snapshot<T>>>) -> Option<Arc<T>> {
        let look = Arc::clone(&self.look);
        let renewing = move || {
            let began = Instant::now();
            let what = Arc::new(look());
            *last = Some(Snapshot { began, ended: Instant::now(), what: Arc::clone(&what) });
            what
        };
        open_files::look(renewing).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    use tokio::task::JoinSet;

    /// Looks that end when the sender says so, and their number so far.
    fn held() -> (Arc<SharedLook<u64>>, Sender<()>, Arc<AtomicU64>) {
        let (end, ended) = channel();
        let (ended, began) = (std::sync::Mutex::new(ended), Arc::new(AtomicU64::new(0)));
        let number = Arc::clone(&began);
        let look = move || {
            let look = number.fetch_add(1, Ordering::SeqCst) + 1;
            ended.lock().unwrap().recv().unwrap();
            look
        };
        (Arc::new(SharedLook::new(look)), end, began)
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    async fn until(done: impl Fn() -> bool) {
        while !done() {
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn all_who_ask_during_a_look_share_the_next() {
        run(async {
            let (looks, end, began) = held();
            let mut asking = JoinSet::new();
            let asked = Arc::new(AtomicU64::new(0));
            let ask = |asking: &mut JoinSet<_>, haste| {
                let (looks, asked) = (Arc::clone(&looks), Arc::clone(&asked));
                asking.spawn(async move {
                    asked.fetch_add(1, Ordering::SeqCst);
                    *looks.take(haste).await.unwrap()
                });
            };
            ask(&mut asking, Haste::AtOnce);
            until(|| began.load(Ordering::SeqCst) == 1).await;
            for number in 0..1_000 {
                ask(&mut asking, if number % 2 == 0 { Haste::AtOnce } else { Haste::Later });
            }
            until(|| asked.load(Ordering::SeqCst) == 1_001).await;
            end.send(()).unwrap();
            end.send(()).unwrap();
            let mut snapshot = asking.join_all().await;
            snapshot.sort_unstable();
            assert_eq!((snapshot[0], &snapshot[1..]), (1, &[2; 1_000][..]));
            assert_eq!(began.load(Ordering::SeqCst), 2);
        });
    }

    #[test]
    fn a_look_goes_on_when_nobody_waits_and_none_begins_beside_it() {
        run(async {
            let (looks, end, began) = held();
            let first = tokio::spawn({
                let looks = Arc::clone(&looks);
                async move { looks.take(Haste::AtOnce).await }
            });
            until(|| began.load(Ordering::SeqCst) == 1).await;
            first.abort();
            assert!(first.await.unwrap_err().is_cancelled());
            let second = tokio::spawn({
                let looks = Arc::clone(&looks);
                async move { *looks.take(Haste::AtOnce).await.unwrap() }
            });
            tokio::task::yield_now().await;
            assert!(looks.last.try_lock().is_err(), "the first look goes on");
            assert_eq!(began.load(Ordering::SeqCst), 1);
            end.send(()).unwrap();
            end.send(()).unwrap();
            assert_eq!(second.await.unwrap(), 2);
        });
    }

    #[test]
    fn who_can_wait_leaves_a_rest_behind_each_look() {
        const LOOK: Duration = Duration::from_millis(20);
        run(async {
            let looks = SharedLook::new(move || std::thread::sleep(LOOK));
            looks.take(Haste::Later).await.unwrap();
            let begun = Instant::now();
            looks.take(Haste::AtOnce).await.unwrap();
            let rested = looks.last.lock().await.as_ref().unwrap().ended;
            looks.take(Haste::Later).await.unwrap();
            assert!(rested > begun && rested.elapsed() >= REST * LOOK, "{:?}", rested.elapsed());
        });
    }

    #[test]
    fn a_look_that_fails_is_told_and_the_next_can_be_taken() {
        run(async {
            let number = AtomicU64::new(0);
            let looks = SharedLook::new(move || assert!(number.fetch_add(1, Ordering::SeqCst) > 0, "the first fails"));
            assert!(looks.take(Haste::AtOnce).await.is_none());
            assert!(looks.take(Haste::AtOnce).await.is_some());
        });
    }
}
