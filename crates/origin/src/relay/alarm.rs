//! Wakes the event loop at given times, with microsecond precision.
//!
//! The timers of async runtimes and the timeout of `epoll_wait` have a resolution of 1 ms, a tenth of a metropolitan
//! round trip. Linux's timerfd has nanoseconds, and is not rounded up to the thread's timer slack.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Registry, Token};

/// The pending alarms.
#[derive(Debug)]
pub(super) struct Alarms<K> {
    pending: BinaryHeap<Reverse<(Instant, K)>>,
    timer: Timer,
}

impl<K: Ord + Copy> Alarms<K> {
    /// Makes an empty set. Events with `token` belong to it, and need no handling.
    pub(super) fn new(registry: &Registry, token: Token) -> io::Result<Alarms<K>> {
        Ok(Alarms { pending: BinaryHeap::new(), timer: Timer::new(registry, token)? })
    }

    /// Adds an alarm for `key` at `at`.
    pub(super) fn add(&mut self, at: Instant, key: K) {
        self.pending.push(Reverse((at, key)));
    }

    /// Removes and returns an alarm that is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<K> {
        let Reverse((at, key)) = *self.pending.peek()?;
        if at > now {
            return None;
        }
        self.pending.pop();
        Some(key)
    }

    /// Waits for events or for the next alarm. With `wait` false, it returns immediately.
    pub(super) fn wait(&mut self, poll: &mut Poll, events: &mut Events, wait: bool) -> io::Result<()> {
        let next = self.pending.peek().map(|Reverse((at, _))| *at);
        let limit = if wait { self.timer.set(next)? } else { Some(Duration::ZERO) };
        match poll.poll(events, limit) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            outcome => outcome,
        }
    }
}

#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Timer {
    fd: nix::sys::timerfd::TimerFd,
    set: Option<Instant>,
}

#[cfg(target_os = "linux")]
impl Timer {
    fn new(registry: &Registry, token: Token) -> io::Result<Timer> {
        use std::os::fd::{AsFd, AsRawFd};

        use mio::Interest;
        use mio::unix::SourceFd;
        use nix::sys::timerfd::{ClockId, TimerFd, TimerFlags};

        let fd = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC)?;
        registry.register(&mut SourceFd(&fd.as_fd().as_raw_fd()), token, Interest::READABLE)?;
        Ok(Timer { fd, set: None })
    }

    /// Sets the timer if the time has changed. The timer starts slightly after the time with which `at` is compared, so
    /// it can be late by that, but never early. It is never read: setting it again rearms it.
    fn set(&mut self, at: Option<Instant>) -> io::Result<Option<Duration>> {
        use nix::sys::time::TimeSpec;
        use nix::sys::timerfd::{Expiration, TimerSetTimeFlags};

        if let Some(at) = at.filter(|at| Some(*at) != self.set) {
            // Zero would disarm the timer.
            let left = at.saturating_duration_since(Instant::now()).max(Duration::from_nanos(1));
            self.fd.set(Expiration::OneShot(TimeSpec::from_duration(left)), TimerSetTimeFlags::empty())?;
        }
        self.set = at;
        Ok(None)
    }
}

/// On other systems the timeout of the wait is precise (kqueue's has nanoseconds).
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
struct Timer;

#[cfg(not(target_os = "linux"))]
impl Timer {
    fn new(_: &Registry, _: Token) -> io::Result<Timer> {
        Ok(Timer)
    }

    fn set(&mut self, at: Option<Instant>) -> io::Result<Option<Duration>> {
        Ok(at.map(|at| at.saturating_duration_since(Instant::now())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_come_in_order_and_never_early() {
        let mut poll = Poll::new().unwrap();
        let mut alarms = Alarms::new(poll.registry(), Token(0)).unwrap();
        let mut events = Events::with_capacity(8);
        let start = Instant::now();
        let after = [3_000, 700, 1_300, 2_000, 1_301].map(Duration::from_micros);
        for (key, after) in after.iter().enumerate() {
            alarms.add(start + *after, key);
        }
        let mut woken = Vec::new();
        while woken.len() < after.len() {
            alarms.wait(&mut poll, &mut events, true).unwrap();
            let now = Instant::now();
            while let Some(key) = alarms.due(now) {
                assert!(now >= start + after[key]);
                woken.push(key);
            }
        }
        assert_eq!(woken, [1, 2, 4, 3, 0]);
    }
}
