//! Empties the ring buffers while the sampled processes run.
//!
//! What their records say, and which are kept, is left to others.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{Pid, gettid};
use perf_event::Sampler;

use crate::clocks::Clocks;
use crate::event::{PERIOD_NS, STACK_BYTES};
use crate::records::{self, Event};
use crate::sample_store::SampleStore;
use crate::space::Start;

/// Whoever chooses what is kept.
pub(crate) trait Keep: Send {
    /// Whether samples of process `pid` may be kept.
    fn wants(&self, pid: u32) -> bool;
    /// The processes as they are when sampling starts.
    fn begin(&mut self, starts: Vec<Start>);
    /// Takes a record; those of one ring come in the order of their times.
    fn take(&mut self, event: Event);
    /// All records up to this time have come, CLOCK_MONOTONIC in ns.
    fn settle(&mut self, until: u64);
    /// No more will come.
    fn finish(self: Box<Self>) -> SampleStore;
}

/// A record may stand in its ring so much later than its time, ns: what a processor takes to write the longest.
const LATE_NS: u64 = 2_000_000;

/// The clocks, shared between whoever switches them and the thread that reads them.
pub(crate) type Shared = Arc<Mutex<Clocks>>;

/// The clocks, whatever became of another thread that held them.
pub(crate) fn lock(clocks: &Shared) -> MutexGuard<'_, Clocks> {
    clocks.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The running thread. Dropped, it has ended, and what it had read is lost.
#[derive(Debug)]
pub(crate) struct Reader {
    /// The thread, and what is closed to say: once more, and that was all. `None` once it has ended.
    running: Option<(JoinHandle<SampleStore>, Sender<Vec<Start>>)>,
}

impl Reader {
    /// Starts the thread, on `cpus` if any are given.
    pub(crate) fn spawn(
        keep: Box<dyn Keep>,
        clocks: Shared,
        ring: usize,
        cpus: BTreeSet<usize>,
    ) -> std::io::Result<Self> {
        let (running, stopped) = channel();
        let thread = std::thread::Builder::new().name("profile-reader".to_owned()).spawn(move || {
            pin(&cpus);
            read(keep, &clocks, pause(ring), &stopped)
        })?;
        Ok(Self { running: Some((thread, running)) })
    }

    /// Says which processes there are at the start.
    pub(crate) fn begin(&self, starts: Vec<Start>) {
        if let Some((_, running)) = &self.running {
            // A thread that failed is told of by `finish`.
            let _ = running.send(starts);
        }
    }

    /// Empties the ring buffers a last time and gives all that was in them; `None` if the thread failed.
    pub(crate) fn finish(mut self) -> Option<SampleStore> {
        self.end()
    }

    fn end(&mut self) -> Option<SampleStore> {
        let (thread, running) = self.running.take()?;
        drop(running);
        thread.join().ok()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.end();
    }
}

/// Time between two looks: a quarter of what it takes to fill a ring.
fn pause(ring: usize) -> Duration {
    let samples = ring as u64 / u64::from(STACK_BYTES);
    Duration::from_nanos((samples * PERIOD_NS / 4).clamp(1_000_000, 25_000_000))
}

/// Keeps this thread off the CPUs that are being measured; where that is refused, it merely costs them a little.
fn pin(cpus: &BTreeSet<usize>) {
    let mut set = CpuSet::new();
    let known = cpus.iter().filter(|&&cpu| set.set(cpu).is_ok()).count();
    if known > 0 {
        let _ = sched_setaffinity(Pid::from_raw(0), &set);
    }
}

fn read(mut keep: Box<dyn Keep>, clocks: &Shared, pause: Duration, stopped: &Receiver<Vec<Start>>) -> SampleStore {
    let own_tid = gettid().as_raw().unsigned_abs();
    loop {
        let message = stopped.recv_timeout(pause);
        let last = matches!(message, Err(RecvTimeoutError::Disconnected));
        if let Ok(starts) = message {
            keep.begin(starts);
        }
        let now = clock(ClockId::CLOCK_MONOTONIC);
        for ring in &mut lock(clocks).rings {
            drain(ring, own_tid, &mut *keep);
        }
        keep.settle(if last { u64::MAX } else { now.saturating_sub(LATE_NS) });
        if last {
            let mut store = keep.finish();
            store.reader_cpu_ns = clock(ClockId::CLOCK_THREAD_CPUTIME_ID);
            return store;
        }
    }
}

/// Takes everything out of one ring.
fn drain(ring: &mut Sampler, own_tid: u32, keep: &mut dyn Keep) {
    while let Some(record) = ring.next_record() {
        if let Some(event) = records::read(&record, |pid, tid| tid != own_tid && keep.wants(pid)) {
            keep.take(event);
        }
    }
}

/// What `clock` shows, ns.
fn clock(clock: ClockId) -> u64 {
    clock_gettime(clock).map_or(0, |time| time.tv_sec().unsigned_abs() * 1_000_000_000 + time.tv_nsec().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_ring_is_emptied_more_often() {
        assert!(pause(256 << 10) < pause(8 << 20));
    }
}
