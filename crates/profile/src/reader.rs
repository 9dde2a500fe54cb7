//! Empties the ring buffers while the sampled processes run.
//!
//! Parsing the records is for [`crate::records`]; which of them are kept is decided by an implementation of [`Keep`].

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

/// Decides which samples are kept.
pub(crate) trait Keep: Send {
    /// Whether samples of process `pid` may be kept.
    fn wants(&self, pid: u32) -> bool;
    /// Receives the processes that exist when sampling starts.
    fn begin(&mut self, starts: Vec<Start>);
    /// Receives a record; those of one ring come in the order of their times.
    fn take(&mut self, event: Event);
    /// All records up to this time have been received, CLOCK_MONOTONIC in ns.
    fn settle(&mut self, until: u64);
    /// No more records will come.
    fn finish(self: Box<Self>) -> SampleStore;
}

/// How much later than its time a record may appear in its ring, ns: the longest that a processor takes to write one.
const LATE_NS: u64 = 2_000_000;

/// The clocks, shared between the caller, who switches them, and the thread that reads them.
pub(crate) type Shared = Arc<Mutex<Clocks>>;

/// Locks the clocks, even if another thread panicked while holding the lock.
pub(crate) fn lock(clocks: &Shared) -> MutexGuard<'_, Clocks> {
    clocks.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The reading thread. Dropping this ends the thread and discards what it has read.
#[derive(Debug)]
pub(crate) struct Reader {
    /// The thread, and a channel that is closed to make it read once more and end. `None` once it has ended.
    running: Option<(JoinHandle<SampleStore>, Sender<Vec<Start>>)>,
}

impl Reader {
    /// Starts the thread, on `cpus` unless that is empty.
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

    /// Passes on the processes that exist at the start.
    pub(crate) fn begin(&self, starts: Vec<Start>) {
        if let Some((_, running)) = &self.running {
            // If the thread failed, `finish` reports it.
            let _ = running.send(starts);
        }
    }

    /// Empties the ring buffers a last time and returns everything that was read; `None` if the thread failed.
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

/// The time between two reads: a quarter of what it takes to fill a ring.
fn pause(ring: usize) -> Duration {
    let samples = ring as u64 / u64::from(STACK_BYTES);
    Duration::from_nanos((samples * PERIOD_NS / 4).clamp(1_000_000, 25_000_000))
}

/// Keeps this thread off the CPUs that are being measured; if that is refused, it only uses a little of their time.
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

/// Reads all records of one ring.
fn drain(ring: &mut Sampler, own_tid: u32, keep: &mut dyn Keep) {
    while let Some(record) = ring.next_record() {
        if let Some(event) = records::read(&record, |pid, tid| tid != own_tid && keep.wants(pid)) {
            keep.take(event);
        }
    }
}

/// The time of `clock`, ns.
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
