//! The pacer: waits for the moments at which requests are due, as exactly as the system lets a thread wake up.
//!
//! A thread sleeps by `clock_nanosleep(2)` to an absolute time of the clock that stamps are taken from, so that no
//! delay of one sleep is carried into the next. Its timer slack is lowered, because by default the kernel may delay a
//! wake-up by 50 µs to combine it with others. The thread does not spin for the rest: a client often has one CPU, and
//! the pacer would take it from the model. At 20,000 requests per second over kept connections, client and pacer on one
//! CPU of a virtual machine, spinning for the last 30 µs made the 99th percentile of start delays some 30 µs smaller,
//! and took half as much CPU again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};

use measure::clock::{now_ns, thread_cpu_ns};
use measure::recorder::Recorder;
use nix::sys::prctl::{get_timerslack, set_timerslack};
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, ClockNanosleepFlags, clock_nanosleep};

use crate::schedule::Starts;

/// The timer slack of a thread that paces, ns: the least possible value, since 0 stands for the default.
const SLACK_NS: u64 = 1;

/// The least time between two wake-ups, ns. Each costs some 16 µs of CPU on a virtual machine, which has to arm a
/// timer and to wake an idle CPU: a third of a CPU at 20,000 a second, which delays requests. With this gap, requests
/// that are due within it start together, up to one gap late; the 99th percentile of start delays fell from 240 to 140
/// µs, and the CPU time of pacing from 17 to 6 µs per request. The gap has no effect on rates up to 10,000 per
/// second.
const GAP_NS: u64 = 100_000;

/// Lets a thread wait exactly. Dropping it restores the thread's timer slack.
pub(crate) struct Exact {
    slack_before: Option<u64>,
    /// When it last woke, ns.
    woke: u64,
}

impl Exact {
    /// Lowers the calling thread's timer slack. Where the system refuses, waits are as exact as the default allows.
    pub(crate) fn new() -> Exact {
        let before = get_timerslack().ok().and_then(|ns| u64::try_from(ns).ok());
        let _ = set_timerslack(SLACK_NS);
        Exact { slack_before: before, woke: 0 }
    }

    /// Returns at `due`, ns, or [`GAP_NS`] after it last woke if that is later; at once if `due` is past.
    pub(crate) fn wait(&mut self, due: u64) {
        if now_ns() >= due {
            return;
        }
        let due = due.max(self.woke.saturating_add(GAP_NS));
        self.woke = loop {
            let now = now_ns();
            if now >= due {
                break now;
            }
            let time = TimeSpec::new((due / 1_000_000_000) as _, (due % 1_000_000_000) as _);
            // If a signal interrupts the sleep, the loop sleeps again. A refusal would make it spin, but no Linux
            // refuses this call.
            let _ = clock_nanosleep(ClockId::CLOCK_MONOTONIC, ClockNanosleepFlags::TIMER_ABSTIME, &time);
        };
    }

    /// [`Exact::wait`] on a thread that does other work too: records the CPU time of the waiting alone.
    pub(crate) fn wait_between(&mut self, due: u64, recorder: &Recorder) {
        if now_ns() < due {
            let before = thread_cpu_ns();
            self.wait(due);
            recorder.gauges().paced(thread_cpu_ns().saturating_sub(before));
        }
    }
}

impl Drop for Exact {
    fn drop(&mut self) {
        if let Some(slack) = self.slack_before {
            let _ = set_timerslack(slack);
        }
    }
}

/// A thread that wakes an event loop whenever requests are due.
pub(crate) struct Pacer(JoinHandle<()>);

impl Pacer {
    /// Starts the thread for `starts`, none of which has been taken. It calls `wake` when one request or more are due
    /// that `made` does not count as started yet; `wake` returns whether the loop still exists.
    pub(crate) fn start(
        starts: Starts,
        made: Arc<AtomicU64>,
        recorder: Arc<Recorder>,
        wake: impl Fn() -> bool + Send + 'static,
    ) -> std::io::Result<Pacer> {
        let pace = move || {
            follow(starts, &made, wake);
            recorder.gauges().paced(thread_cpu_ns());
        };
        Ok(Pacer(thread::Builder::new().name("pacer".to_owned()).spawn(pace)?))
    }

    /// Waits until the thread has ended, which it does when the last request is due, and has recorded its cost.
    pub(crate) fn join(self) {
        let _ = self.0.join();
    }
}

fn follow(mut starts: Starts, made: &AtomicU64, wake: impl Fn() -> bool) {
    let mut exact = Exact::new();
    loop {
        while starts.made() < made.load(Relaxed) && !starts.are_over() {
            starts.take(0);
        }
        let Some(due) = starts.due(starts.made()).filter(|_| !starts.are_over()) else { return };
        exact.wait(due);
        // All that are due by now share one wake-up. Only then is it checked whether they have started already, so that
        // none is missed.
        while starts.is_due() {
            starts.take(0);
        }
        if made.load(Relaxed) < starts.made() && !wake() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Schedule;

    #[test]
    fn a_wait_ends_when_it_is_due_and_costs_next_to_nothing() {
        let mut exact = Exact::new();
        assert_eq!(get_timerslack().unwrap(), 1);
        let recorder = Recorder::new(1, 1);
        let due = now_ns() + 20_000_000;
        exact.wait_between(due, &recorder);
        assert!(now_ns() >= due);
        let cpu = recorder.gauges().pacer_cpu_ns();
        assert!(cpu > 0 && cpu < 5_000_000, "{cpu} ns of CPU for a sleep");
        exact.wait_between(due, &recorder);
        assert_eq!(recorder.gauges().pacer_cpu_ns(), cpu, "what is over is not waited for");
        let next = now_ns() + 1_000;
        exact.wait(next);
        let woke = exact.woke;
        exact.wait(woke + 1_000);
        assert!(exact.woke >= woke + GAP_NS, "two that are due together are one wake-up");
        drop(exact);
        assert!(get_timerslack().unwrap() > 1, "the thread's next sleeps are those of before");
    }

    #[test]
    fn every_request_that_nobody_starts_is_woken_for_once_it_is_due() {
        let schedule = Schedule::Paced { requests: 20, rate: "2000".parse().unwrap() };
        let begun = now_ns();
        let recorder = Arc::new(Recorder::new(1, 1));
        let woken = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&woken);
        let wake = move || count.fetch_add(1, Relaxed) < u64::MAX;
        Pacer::start(Starts::new(schedule, begun), Arc::default(), Arc::clone(&recorder), wake).unwrap().join();
        assert!(now_ns() >= begun + 9_500_000, "the last is due after 9.5 ms");
        assert!((1..=20).contains(&woken.load(Relaxed)), "those that are due together are woken for together");
        assert!(recorder.gauges().pacer_cpu_ns() > 0);
    }

    #[test]
    fn nobody_is_woken_for_what_is_started_and_a_deaf_loop_ends_it() {
        let schedule = Schedule::Paced { requests: 1_000, rate: "0.001".parse().unwrap() };
        let recorder = Arc::new(Recorder::new(1, 1));
        Pacer::start(Starts::new(schedule, now_ns()), Arc::default(), recorder, || false).unwrap().join();
        let made = AtomicU64::new(1_000);
        follow(Starts::new(schedule, now_ns()), &made, || unreachable!("all are started"));
    }
}
