//! What only the client can see of its own concurrency: requests in flight, and how its event loop kept up.
//!
//! Requests in flight here and in the origin's ledger differ when a client holds requests back; an event loop that runs
//! a ready task late was held by something that should have yielded.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Every how many requests the time is measured for which their polls hold a thread: measuring all would cost more than
/// recording them.
pub const HELD_EVERY: u64 = 8;

/// How often the event loop is asked to run something: long against what a beat costs, short against what users notice.
pub const BEAT: Duration = Duration::from_millis(5);

/// How long after it was due a request counts as started late, ns: ten times what a wake-up takes on a machine at rest,
/// and as long as a request that users would call quick.
pub const LATE_NS: u64 = 1_000_000;

/// Counters of one trial, shared by its threads.
#[derive(Debug, Default)]
pub struct Watch {
    in_flight: AtomicU64,
    most_in_flight: AtomicU64,
    beats: AtomicU64,
    latest_ns: AtomicU64,
    held_ns: AtomicU64,
    late: AtomicU64,
    pacer_cpu_ns: AtomicU64,
}

/// How an event loop kept up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventLoop {
    /// The longest time for which a ready task was not run, ns.
    pub latest_ns: u64,
    /// How often it was looked at.
    pub beats: u64,
    /// Time for which fetches held the executor's threads, summed over threads, ns. From every 8th request.
    pub held_ns: u64,
}

impl Watch {
    /// A request begins.
    #[inline]
    pub fn begins(&self) {
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        if now > self.most_in_flight.load(Relaxed) {
            self.most_in_flight.fetch_max(now, Relaxed);
        }
    }

    /// A request ends, rightly or not.
    #[inline]
    pub fn ends(&self) {
        self.in_flight.fetch_sub(1, Relaxed);
    }

    /// The event loop ran a task this long after it was ready.
    pub fn beat(&self, late_ns: u64) {
        self.beats.fetch_add(1, Relaxed);
        self.latest_ns.fetch_max(late_ns, Relaxed);
    }

    /// The polls of one of every [`HELD_EVERY`] requests held a thread for so long.
    pub fn held(&self, ns: u64) {
        self.held_ns.fetch_add(ns * HELD_EVERY, Relaxed);
    }

    /// A request that was due at a moment of its own is started so long after.
    #[inline]
    pub fn started(&self, after_ns: u64) {
        if after_ns > LATE_NS {
            self.late.fetch_add(1, Relaxed);
        }
    }

    /// Requests that were started more than [`LATE_NS`] after they were due.
    pub fn late(&self) -> u64 {
        self.late.load(Relaxed)
    }

    /// Waiting for requests to be due took so much CPU time, ns.
    pub fn paced(&self, cpu_ns: u64) {
        self.pacer_cpu_ns.fetch_add(cpu_ns, Relaxed);
    }

    /// CPU time of that in all, ns: the load generator's, not the model's.
    pub fn pacer_cpu_ns(&self) -> u64 {
        self.pacer_cpu_ns.load(Relaxed)
    }

    /// Most requests that were under way at once.
    pub fn most_in_flight(&self) -> u64 {
        self.most_in_flight.load(Relaxed)
    }

    /// How the event loop kept up; `None` where there is none.
    pub fn event_loop(&self) -> Option<EventLoop> {
        let beats = self.beats.load(Relaxed);
        (beats > 0).then(|| EventLoop {
            latest_ns: self.latest_ns.load(Relaxed),
            beats,
            held_ns: self.held_ns.load(Relaxed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_at_once_is_kept() {
        let watch = Watch::default();
        watch.begins();
        watch.begins();
        watch.ends();
        watch.begins();
        assert_eq!(watch.most_in_flight(), 2);
        assert_eq!(watch.event_loop(), None, "without a beat there is no event loop");
    }

    #[test]
    fn the_latest_beat_counts() {
        let watch = Watch::default();
        [5, 9, 3].into_iter().for_each(|late| watch.beat(late));
        watch.held(10);
        assert_eq!(watch.event_loop(), Some(EventLoop { latest_ns: 9, beats: 3, held_ns: 80 }));
    }
}
