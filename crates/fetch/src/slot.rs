//! One of the C permits, and the closed loop that keeps all of them busy.
//!
//! A slot owns a client with its kept connection, and the moment at which it became free: that is when its next request
//! was due. So latency × throughput = C (Little's law), whatever a model does between two requests.
//!
//! The closed loop of an async model also watches its executor: a thread outside sends it a beat now and then, and how late
//! the loop hears it is how long a ready task had to wait.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::thread;

use measure::clock::now_ns;
use measure::marks::Marks;
use measure::recorder::Recorder;
use measure::watch::{BEAT, HELD_EVERY, Watch};
use tokio::sync::mpsc as cooperative;

use crate::{ErrorKind, FetchError};

/// A client that holds its thread until the answer is there.
pub(crate) trait BlockingClient: Send + 'static {
    /// Makes request number `request` and checks its answer.
    fn fetch(&mut self, request: u64) -> Result<(), FetchError>;
    /// The stamps of the latest request.
    fn marks(&self) -> &Marks;
}

/// A client that gives its thread away while it waits.
pub(crate) trait AsyncClient: Send + 'static {
    /// Makes request number `request` and checks its answer.
    fn fetch(&mut self, request: u64) -> impl Future<Output = Result<(), FetchError>> + Send;
    /// The stamps of the latest request.
    fn marks(&self) -> &Marks;
}

/// One of the C permits.
pub(crate) struct Slot<C> {
    number: usize,
    client: C,
    /// When it became free, ns.
    due: u64,
}

/// All slots of a trial, in the order of their numbers while none is at work.
pub(crate) type Slots<C> = Vec<Box<Slot<C>>>;

/// Makes a slot of each client.
pub(crate) fn slots<C>(clients: impl IntoIterator<Item = C>) -> Slots<C> {
    clients.into_iter().enumerate().map(|(number, client)| Box::new(Slot { number, client, due: 0 })).collect()
}

/// One request on its way: a slot, and the road back for it.
pub(crate) struct Task<C, S> {
    slot: Box<Slot<C>>,
    request: u64,
    recorder: Arc<Recorder>,
    free: S,
}

impl<C: BlockingClient> Task<C, blocking::Sender<Box<Slot<C>>>> {
    /// Makes the request on this thread.
    pub(crate) fn run(mut self) {
        let slot = &mut *self.slot;
        slot.client.marks().clear();
        self.recorder.watch().begins();
        let start = now_ns();
        let result = slot.client.fetch(self.request);
        self.recorder.watch().ends();
        slot.due = record(&self.recorder, slot.client.marks(), slot.due, start, result);
        // The loop that waits for it outlives every task.
        let _ = self.free.send(self.slot);
    }

    /// Counts the request as failed because the model could not run it.
    pub(crate) fn refuse(mut self, why: &std::io::Error) {
        self.recorder.wrong(ErrorKind::Spawn.name(), || why.to_string());
        self.slot.due = now_ns();
        let _ = self.free.send(self.slot);
    }
}

impl<C: AsyncClient> Task<C, cooperative::UnboundedSender<Event<C>>> {
    /// Makes the request.
    pub(crate) async fn run(mut self) {
        let slot = &mut *self.slot;
        slot.client.marks().clear();
        let watch = self.recorder.watch();
        watch.begins();
        let start = now_ns();
        let result = match self.request.is_multiple_of(HELD_EVERY) {
            true => timed(slot.client.fetch(self.request), watch).await,
            false => slot.client.fetch(self.request).await,
        };
        watch.ends();
        slot.due = record(&self.recorder, slot.client.marks(), slot.due, start, result);
        let _ = self.free.send(Event::Freed(self.slot));
    }
}

/// Measures for how long the polls of a fetch hold their thread.
async fn timed<T>(fetch: impl Future<Output = T>, watch: &Watch) -> T {
    let mut fetch = pin!(fetch);
    poll_fn(|context| {
        let polled = now_ns();
        let result = fetch.as_mut().poll(context);
        watch.held(now_ns().saturating_sub(polled));
        result
    })
    .await
}

/// What the closed loop of an async model waits for.
pub(crate) enum Event<C> {
    /// A slot is free.
    Freed(Box<Slot<C>>),
    /// Sent at this time, ns, to be heard at once.
    Beat(u64),
}

/// Sends beats from a thread of its own until the loop is gone. A beat costs some 10 µs of CPU; a trial that waits more
/// than it works must not pay for many, so after one for every 16 requests they come ten times slower.
fn beat<C: Send + 'static>(events: cooperative::UnboundedSender<Event<C>>, requests: u64) -> std::io::Result<()> {
    let beat = move || {
        let mut sent = 0;
        while events.send(Event::Beat(now_ns())).is_ok() {
            sent += 1;
            thread::sleep(if sent * 16 <= requests { BEAT } else { BEAT * 10 });
        }
    };
    thread::Builder::new().name("heartbeat".to_owned()).spawn(beat).map(drop)
}

/// Records one request, and returns when its slot became free.
fn record(recorder: &Recorder, marks: &Marks, due: u64, start: u64, result: Result<(), FetchError>) -> u64 {
    let done = now_ns();
    match result {
        Ok(()) => recorder.right(&marks.timeline(due, start, done)),
        Err(error) => recorder.wrong(error.kind.name(), || error.what),
    }
    done
}

/// Makes `requests` requests: each starts, by `spawn`, as soon as a slot is free. Returns the slots when all are back.
pub(crate) fn closed_loop_blocking<C: BlockingClient>(
    slots: Slots<C>,
    requests: u64,
    recorder: &Arc<Recorder>,
    mut spawn: impl FnMut(Task<C, blocking::Sender<Box<Slot<C>>>>),
) -> Slots<C> {
    let (free, freed) = blocking::channel();
    let count = slots.len();
    let begun = now_ns();
    for mut slot in slots {
        slot.due = begun;
        let _ = free.send(slot);
    }
    for request in 0..requests {
        // The loop holds a sender itself, so there is always one more slot to come.
        let Ok(slot) = freed.recv() else { break };
        spawn(Task { slot, request, recorder: Arc::clone(recorder), free: free.clone() });
    }
    in_order(freed.into_iter().take(count).collect())
}

/// [`closed_loop_blocking`] for a model that waits without holding a thread.
pub(crate) async fn closed_loop<C: AsyncClient>(
    slots: Slots<C>,
    requests: u64,
    recorder: Arc<Recorder>,
    spawn: impl Fn(Task<C, cooperative::UnboundedSender<Event<C>>>),
) -> Slots<C> {
    let (free, mut events) = cooperative::unbounded_channel();
    let count = slots.len();
    let begun = now_ns();
    for mut slot in slots {
        slot.due = begun;
        let _ = free.send(Event::Freed(slot));
    }
    // Where not even one thread is to be had, the loop goes unwatched, and the result says nothing of it.
    let _ = beat(free.clone(), requests);
    let mut made = 0;
    let mut back = Vec::with_capacity(count);
    while back.len() < count {
        match events.recv().await {
            Some(Event::Freed(slot)) if made < requests => {
                let (recorder, free) = (Arc::clone(&recorder), free.clone());
                spawn(Task { slot, request: made, recorder, free });
                made += 1;
            }
            Some(Event::Freed(slot)) => back.push(slot),
            Some(Event::Beat(sent)) => recorder.watch().beat(now_ns().saturating_sub(sent)),
            // The loop holds a sender itself, so the channel never closes while it waits.
            None => break,
        }
    }
    in_order(back)
}

fn in_order<C>(mut slots: Slots<C>) -> Slots<C> {
    slots.sort_by_key(|slot| slot.number);
    slots
}
