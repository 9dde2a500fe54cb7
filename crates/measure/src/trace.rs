//! The steps of every request of a short trial, in order: enough to draw which request waited for which, and which held
//! the thread.
//!
//! Timelines show when a phase ended; a trace also shows whether a wait released the thread. Only clients that can
//! choose how they wait record one, and only in trials as short as the stages of the talk.

use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::now_ns;

/// The most events of a trial: a thousand requests of the longest kind.
pub const MOST_EVENTS: usize = 20_000;

/// One step of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// When: CLOCK_MONOTONIC, ns.
    pub at: u64,
    /// Which request of the trial, from 0.
    pub request: u64,
    /// What it did.
    pub step: Step,
}

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Its task runs for the first time.
    Start,
    /// Its TCP connection is established.
    Opened,
    /// Its handshake begins.
    Handshake,
    /// Its handshake is complete.
    Secured,
    /// It begins to send.
    Sending,
    /// The whole request was passed to the connection.
    Sent,
    /// It begins to read the response.
    Reading,
    /// It waits and holds the thread.
    Hold,
    /// It releases the thread that it held.
    Released,
    /// It waits and has yielded the thread.
    Parked,
    /// It continues after that.
    Resumed,
    /// The first bytes of the response arrived.
    FirstByte,
    /// The response was complete and had been checked.
    Done,
}

/// Collects the events of a trial.
#[derive(Debug, Default)]
pub struct Tracer(Mutex<Vec<Event>>);

impl Tracer {
    /// Records that `request` does `step` now. Nothing is recorded beyond [`MOST_EVENTS`].
    pub fn note(&self, request: u64, step: Step) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() < MOST_EVENTS {
            events.push(Event { at: now_ns(), request, step });
        }
    }

    /// Removes and returns all events so far, ordered by time.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_kept_in_order_and_bounded() {
        let tracer = Tracer::default();
        (0..MOST_EVENTS as u64 + 5).for_each(|request| tracer.note(request, Step::Start));
        let events = tracer.take();
        assert_eq!(events.len(), MOST_EVENTS);
        assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at));
        assert!(tracer.take().is_empty());
    }

    #[test]
    fn engines_of_other_languages_write_steps_as_words() {
        let event: Event = serde_json::from_str(r#"{"at":5,"request":0,"step":"first-byte"}"#).unwrap();
        assert_eq!(event.step, Step::FirstByte);
    }
}
