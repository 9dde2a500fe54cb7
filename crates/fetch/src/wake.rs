//! Wakes the loop of an async model from outside its executor: for the heartbeat, and for the pacer.
//!
//! Both run on threads of their own. Their messages hold no slot and no client, so they also reach a loop whose clients
//! must stay on one thread.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use measure::clock::now_ns;
use measure::event_loop_lag::BEAT;
use measure::recorder::Recorder;
use tokio::sync::mpsc::UnboundedSender;

use crate::pace::Pacer;
use crate::schedule::{Schedule, Starts};

/// Why the loop is woken although no slot has become free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    /// One request or more are due.
    Due,
    /// A heartbeat, sent at this time, ns. The loop should receive it at once.
    Beat(u64),
}

/// Sends heartbeats from a thread of its own until the loop has ended. Each takes some 10 µs of CPU, and a trial that
/// mostly waits must not pay for many; so after one for every 16 requests the rate falls to a tenth. Where the number
/// of requests is not known beforehand, the requests `made` so far count.
pub(crate) fn start_heartbeat(
    wakes: UnboundedSender<Wake>,
    schedule: Schedule,
    made: Arc<AtomicU64>,
) -> io::Result<()> {
    let beat = move || {
        let mut sent = 0;
        while wakes.send(Wake::Beat(now_ns())).is_ok() {
            sent += 1;
            let requests = schedule.requests().max(made.load(Relaxed));
            thread::sleep(if sent * 16 <= requests { BEAT } else { BEAT * 10 });
        }
    };
    thread::Builder::new().name("heartbeat".to_owned()).spawn(beat).map(drop)
}

/// Starts the pacer of a schedule that begins at `begun`, ns. `None` where requests wait only for a free slot.
pub(crate) fn start_pacer(
    wakes: UnboundedSender<Wake>,
    schedule: Schedule,
    begun: u64,
    made: Arc<AtomicU64>,
    recorder: Arc<Recorder>,
) -> io::Result<Option<Pacer>> {
    let Schedule::Paced { .. } = schedule else { return Ok(None) };
    let wake = move || wakes.send(Wake::Due).is_ok();
    Pacer::start(Starts::new(schedule, begun), made, recorder, wake).map(Some)
}
