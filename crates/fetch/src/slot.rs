//! A slot, one of the C permits to have a request in flight, and the loop that starts a request in each when it may.
//!
//! A slot has a client of its own, and knows when it became free; it owns no connections ([`crate::connection`]). In a
//! closed loop that time is when its next request was due: so latency × throughput = C (Little's law), whatever a
//! model does between two requests. In an open loop a request is due at its own time; while all slots are taken it
//! waits for one, and the wait is part of its latency.
//!
//! The loop of an async model also measures its executor: a thread outside ([`crate::wake`]) sends it a heartbeat now
//! and then. The delay until the loop receives it is how long a ready task had to wait.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc as blocking;
use std::task::Poll;

use measure::clock::now_ns;
use measure::event_loop_lag::{ClientGauges, HELD_EVERY};
use measure::marks::RequestMarks;
use measure::recorder::Recorder;
use tokio::sync::mpsc as cooperative;

use crate::pace::Exact;
use crate::schedule::{Schedule, Starts};
use crate::wake::{Wake, start_heartbeat, start_pacer};
use crate::{ErrorKind, FetchError};

/// A client that holds its thread until the response is there.
pub(crate) trait BlockingClient: Send + 'static {
    /// Makes request number `request` and checks its response.
    fn fetch(&mut self, request: u64) -> Result<(), FetchError>;
    /// The stamps of the latest request.
    fn marks(&self) -> &RequestMarks;
}

/// A client that yields its thread while it waits. A model decides whether client and future may change threads.
pub(crate) trait AsyncClient: 'static {
    /// Makes request number `request` and checks its response.
    fn fetch(&mut self, request: u64) -> impl Future<Output = Result<(), FetchError>>;
    /// The stamps of the latest request.
    fn marks(&self) -> &RequestMarks;
}

/// One of the C permits.
pub(crate) struct Slot<C> {
    number: usize,
    client: C,
    /// When its request was due, ns; between two requests, when it became free.
    due: u64,
}

/// All slots of a trial, in the order of their numbers while none is at work.
pub(crate) type Slots<C> = Vec<Box<Slot<C>>>;

/// Makes a slot of each client.
pub(crate) fn slots<C>(clients: impl IntoIterator<Item = C>) -> Slots<C> {
    clients.into_iter().enumerate().map(|(number, client)| Box::new(Slot { number, client, due: 0 })).collect()
}

/// A request that runs on a thread of its own: a slot, and the channel that returns it.
pub(crate) struct BlockingTask<C> {
    slot: Box<Slot<C>>,
    request: u64,
    recorder: Arc<Recorder>,
    free: blocking::Sender<Box<Slot<C>>>,
}

impl<C: BlockingClient> BlockingTask<C> {
    /// Makes the request on this thread.
    pub(crate) fn run(mut self) {
        let slot = &mut *self.slot;
        slot.client.marks().clear();
        self.recorder.gauges().begins();
        let start = now_ns();
        self.recorder.starts(slot.due, start);
        let result = slot.client.fetch(self.request);
        self.recorder.gauges().ends();
        slot.due = record(&self.recorder, slot.client.marks(), slot.due, start, result);
        // Cannot fail: the loop that receives the slot outlives every task.
        let _ = self.free.send(self.slot);
    }

    /// Counts the request as failed because the model could not run it.
    pub(crate) fn refuse(mut self, why: &std::io::Error) {
        self.recorder.wrong(ErrorKind::Spawn.name(), || why.to_string());
        self.slot.due = now_ns();
        let _ = self.free.send(self.slot);
    }
}

/// A request that runs in a task: a slot, and the channel that returns it. It is [`Send`] where the client is.
pub(crate) struct Task<C> {
    slot: Box<Slot<C>>,
    request: u64,
    recorder: Arc<Recorder>,
    free: cooperative::UnboundedSender<Box<Slot<C>>>,
}

impl<C: AsyncClient> Task<C> {
    /// Makes the request.
    pub(crate) async fn run(mut self) {
        let slot = &mut *self.slot;
        slot.client.marks().clear();
        let gauges = self.recorder.gauges();
        gauges.begins();
        let start = now_ns();
        self.recorder.starts(slot.due, start);
        let result = match self.request.is_multiple_of(HELD_EVERY) {
            true => timed(slot.client.fetch(self.request), gauges).await,
            false => slot.client.fetch(self.request).await,
        };
        gauges.ends();
        slot.due = record(&self.recorder, slot.client.marks(), slot.due, start, result);
        let _ = self.free.send(self.slot);
    }
}

/// Measures how long the polls of a fetch hold their thread.
async fn timed<T>(fetch: impl Future<Output = T>, gauges: &ClientGauges) -> T {
    let mut fetch = pin!(fetch);
    poll_fn(|context| {
        let polled = now_ns();
        let result = fetch.as_mut().poll(context);
        gauges.held(now_ns().saturating_sub(polled));
        result
    })
    .await
}

/// Records one request, and returns when its slot became free.
fn record(recorder: &Recorder, marks: &RequestMarks, due: u64, start: u64, result: Result<(), FetchError>) -> u64 {
    let done = now_ns();
    match result {
        Ok(()) => recorder.right(&marks.timeline(due, start, done)),
        Err(error) => recorder.wrong(error.kind.name(), || error.what),
    }
    done
}

/// Makes the requests of `schedule`: each is started, by `spawn`, when it is due and a slot is free. Returns the slots
/// when all requests have ended.
pub(crate) fn run_blocking<C: BlockingClient>(
    slots: Slots<C>,
    schedule: Schedule,
    recorder: &Arc<Recorder>,
    mut spawn: impl FnMut(BlockingTask<C>),
) -> Slots<C> {
    let (free, freed) = blocking::channel();
    let count = slots.len();
    let mut exact = matches!(schedule, Schedule::Paced { .. }).then(Exact::new);
    let begun = now_ns();
    for mut slot in slots {
        slot.due = begun;
        let _ = free.send(slot);
    }
    let mut starts = Starts::new(schedule, begun);
    while !starts.are_over() {
        // The loop holds a sender itself, so the channel stays open.
        let Ok(mut slot) = freed.recv() else { break };
        if starts.are_over() {
            let _ = free.send(slot);
            break;
        }
        if let (Some(exact), Some(due)) = (&mut exact, starts.due(starts.made())) {
            exact.wait_between(due, recorder);
        }
        let (request, due) = starts.take(slot.due);
        slot.due = due;
        spawn(BlockingTask { slot, request, recorder: Arc::clone(recorder), free: free.clone() });
    }
    in_order(freed.into_iter().take(count).collect())
}

/// [`run_blocking`] for a model that waits without holding a thread.
pub(crate) async fn run<C: AsyncClient>(
    slots: Slots<C>,
    schedule: Schedule,
    recorder: Arc<Recorder>,
    spawn: impl Fn(Task<C>),
) -> Slots<C> {
    let (free, mut freed) = cooperative::unbounded_channel();
    let (wake, mut wakes) = cooperative::unbounded_channel();
    let count = slots.len();
    let begun = now_ns();
    for mut slot in slots {
        slot.due = begun;
        let _ = free.send(slot);
    }
    let made = Arc::new(AtomicU64::new(0));
    // If no thread can be started, the loop is not measured, and the result has no event-loop lag.
    let _ = start_heartbeat(wake.clone(), schedule, Arc::clone(&made));
    let mut starts = Starts::new(schedule, begun);
    let pacer = match start_pacer(wake.clone(), schedule, begun, Arc::clone(&made), Arc::clone(&recorder)) {
        Ok(pacer) => pacer,
        Err(error) => {
            starts.refuse(&recorder, &error);
            None
        }
    };
    let mut idle = VecDeque::with_capacity(count);
    while !(starts.are_over() && idle.len() == count) {
        // Both channels are polled each time: slots that become free without a pause must not delay a heartbeat, since
        // that delay would be counted as the executor's. The loop holds a sender of each channel itself, so neither
        // closes while it waits.
        poll_fn(|context| {
            let slot = freed.poll_recv(context);
            let wake = wakes.poll_recv(context);
            if slot.is_pending() && wake.is_pending() {
                return Poll::Pending;
            }
            if let Poll::Ready(Some(slot)) = slot {
                idle.push_back(slot);
            }
            if let Poll::Ready(Some(Wake::Beat(sent))) = wake {
                recorder.gauges().beat(now_ns().saturating_sub(sent));
            }
            Poll::Ready(())
        })
        .await;
        while starts.is_due()
            && let Some(mut slot) = idle.pop_front()
        {
            let request;
            (request, slot.due) = starts.take(slot.due);
            made.store(starts.made(), Relaxed);
            spawn(Task { slot, request, recorder: Arc::clone(&recorder), free: free.clone() });
        }
    }
    if let Some(pacer) = pacer {
        pacer.join();
    }
    in_order(idle.into())
}

fn in_order<C>(mut slots: Slots<C>) -> Slots<C> {
    slots.sort_by_key(|slot| slot.number);
    slots
}
