//! What only the client can measure of its own concurrency: requests in flight, and the lag of its event loop.
//!
//! The requests in flight here and in the origin's ledger differ if a client delays requests. An event loop that runs a
//! ready task late was blocked by something that should have yielded.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The time for which polls hold a thread is measured for one of this many requests: measuring all would cost more than
/// recording them.
pub const HELD_EVERY: u64 = 8;

/// The interval between heartbeats of the event loop: long compared with what a heartbeat costs, short compared with
/// delays that users notice.
pub const BEAT: Duration = Duration::from_millis(5);

/// A request counts as started late if it starts more than this after it was due, ns: ten times what a wake-up takes on
/// an idle machine, and as long as a quick request.
pub const LATE_NS: u64 = 1_000_000;

/// Counters of one trial, shared by its threads.
#[derive(Debug, Default)]
pub struct ClientGauges {
    in_flight: AtomicU64,
    most_in_flight: AtomicU64,
    beats: AtomicU64,
    latest_ns: AtomicU64,
    held_ns: AtomicU64,
    late: AtomicU64,
    pacer_cpu_ns: AtomicU64,
}

/// The lag of an event loop: how long ready tasks waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventLoop {
    /// The longest time for which a ready task was not run, ns.
    pub latest_ns: u64,
    /// The number of heartbeats by which it was measured.
    pub beats: u64,
    /// Time for which fetches held the executor's threads, summed over threads, ns. Measured for every 8th request.
    pub held_ns: u64,
}

impl ClientGauges {
    /// A request begins.
    #[inline]
    pub fn begins(&self) {
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        if now > self.most_in_flight.load(Relaxed) {
            self.most_in_flight.fetch_max(now, Relaxed);
        }
    }

    /// A request ends, successfully or not.
    #[inline]
    pub fn ends(&self) {
        self.in_flight.fetch_sub(1, Relaxed);
    }

    /// The event loop ran a task this long after it was ready.
    pub fn beat(&self, late_ns: u64) {
        self.beats.fetch_add(1, Relaxed);
        self.latest_ns.fetch_max(late_ns, Relaxed);
    }

    /// The polls of one of [`HELD_EVERY`] requests held a thread for this long.
    pub fn held(&self, ns: u64) {
        self.held_ns.fetch_add(ns * HELD_EVERY, Relaxed);
    }

    /// A paced request starts this long after it was due.
    #[inline]
    pub fn started(&self, after_ns: u64) {
        if after_ns > LATE_NS {
            self.late.fetch_add(1, Relaxed);
        }
    }

    /// The number of requests that started more than [`LATE_NS`] after they were due.
    pub fn late(&self) -> u64 {
        self.late.load(Relaxed)
    }

    /// Adds CPU time that was spent on waiting for requests to be due, ns.
    pub fn paced(&self, cpu_ns: u64) {
        self.pacer_cpu_ns.fetch_add(cpu_ns, Relaxed);
    }

    /// The total CPU time of that waiting, ns: it is the load generator's, not the model's.
    pub fn pacer_cpu_ns(&self) -> u64 {
        self.pacer_cpu_ns.load(Relaxed)
    }

    /// The most requests that were in flight at once.
    pub fn most_in_flight(&self) -> u64 {
        self.most_in_flight.load(Relaxed)
    }

    /// The lag of the event loop; `None` if there is none.
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
        let gauges = ClientGauges::default();
        gauges.begins();
        gauges.begins();
        gauges.ends();
        gauges.begins();
        assert_eq!(gauges.most_in_flight(), 2);
        assert_eq!(gauges.event_loop(), None, "without a beat there is no event loop");
    }

    #[test]
    fn the_latest_beat_counts() {
        let gauges = ClientGauges::default();
        [5, 9, 3].into_iter().for_each(|late| gauges.beat(late));
        gauges.held(10);
        assert_eq!(gauges.event_loop(), Some(EventLoop { latest_ns: 9, beats: 3, held_ns: 80 }));
    }
}
