//! The steps of every request of a short trial, in order: enough to draw who waited for whom, and who held the thread.
//!
//! Timelines say when a phase was over; a trace also says whether waiting gave the thread away. Only clients that
//! choose how they wait write one, and only of trials as short as the stages of the talk.

use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::now_ns;

/// Events of a trial at most: a thousand requests of the longest kind.
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
    /// Its TCP connection stands.
    Opened,
    /// Its handshake begins.
    Handshake,
    /// Its handshake is complete.
    Secured,
    /// It begins to send.
    Sending,
    /// All of it was handed to the connection.
    Sent,
    /// It begins to read the answer.
    Reading,
    /// It waits and holds the thread.
    Hold,
    /// It gives the thread that it held back.
    Released,
    /// It waits and has given the thread away.
    Parked,
    /// It goes on after that.
    Resumed,
    /// The first bytes of the answer came.
    FirstByte,
    /// The answer was complete and found right.
    Done,
}

/// Collects the events of a trial.
#[derive(Debug, Default)]
pub struct Tracer(Mutex<Vec<Event>>);

impl Tracer {
    /// Notes that `request` does `step` now. Beyond [`MOST_EVENTS`] nothing is noted.
    pub fn note(&self, request: u64, step: Step) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() < MOST_EVENTS {
            events.push(Event { at: now_ns(), request, step });
        }
    }

    /// All events so far, in the order of time; none are left.
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
