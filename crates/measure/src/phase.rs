//! The phases of a request, and its timeline of timestamps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A phase of a request. The phases are in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// From when the request was due (its slot was free, or at a fixed rate its scheduled time had come) until the
    /// model ran it: spawning, waking, waiting for a thread, and at a fixed rate for a slot.
    Queue,
    /// Until the client object was built; only if each request builds its own. It does not include what the object
    /// defers to its first connection.
    Build,
    /// From there until the TCP connection was established; only if one was opened.
    Connect,
    /// The TLS handshake; only if there was one.
    Tls,
    /// Until the last byte of the request was passed to the connection.
    Send,
    /// Until the first bytes of the response.
    Wait,
    /// Until the response was complete and checked.
    Body,
}

impl Phase {
    /// All phases in the order of time.
    pub const ALL: [Phase; 7] =
        [Phase::Queue, Phase::Build, Phase::Connect, Phase::Tls, Phase::Send, Phase::Wait, Phase::Body];

    /// The name in results and tables.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Queue => "queue",
            Phase::Build => "build",
            Phase::Connect => "connect",
            Phase::Tls => "tls",
            Phase::Send => "send",
            Phase::Wait => "wait",
            Phase::Body => "body",
        }
    }
}

/// The timestamps of one request: CLOCK_MONOTONIC, ns; 0 for what did not happen or could not be observed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// When it could have started: its slot was free. At a fixed rate: its scheduled time, so that the latency includes
    /// the time for which a slow response delays later requests (leaving that out is what Gil Tene calls coordinated
    /// omission; wrk2 measures likewise).
    pub due: u64,
    /// When the model ran it.
    pub start: u64,
    /// When its own client object was built. Absent from files if there is none.
    #[serde(default, skip_serializing_if = "is_absent")]
    pub built: u64,
    /// When its TCP connection was established.
    pub connected: u64,
    /// When its TLS handshake was complete.
    pub secured: u64,
    /// When the last byte of the request was passed to the connection.
    pub sent: u64,
    /// When the first bytes of the response were read.
    pub first_byte: u64,
    /// When the response was complete and had been checked.
    pub done: u64,
}

fn is_absent(stamp: &u64) -> bool {
    *stamp == 0
}

impl Timeline {
    /// Latency: the time from when the request was due until it was done, ns.
    pub fn total_ns(&self) -> u64 {
        self.done.saturating_sub(self.due)
    }

    /// The time from the start until the request was done, ns: at a fixed rate, the latency without the wait for the
    /// start.
    pub fn from_start_ns(&self) -> u64 {
        self.done.saturating_sub(self.start)
    }

    /// Calls `record` with every phase that was seen and its length in ns.
    #[inline]
    pub fn each_phase(&self, mut record: impl FnMut(Phase, u64)) {
        let mut from = self.due;
        // If the time of the first byte is unknown, the rest can't be divided into phases.
        let answered = if self.first_byte == 0 { 0 } else { self.done };
        let ends = [self.start, self.built, self.connected, self.secured, self.sent, self.first_byte, answered];
        for (phase, end) in Phase::ALL.into_iter().zip(ends) {
            if end != 0 {
                record(phase, end.saturating_sub(from));
                from = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phases(timeline: Timeline) -> Vec<(&'static str, u64)> {
        let mut seen = Vec::new();
        timeline.each_phase(|phase, ns| seen.push((phase.name(), ns)));
        seen
    }

    #[test]
    fn phases_add_up_to_the_latency() {
        let line = Timeline {
            due: 100,
            start: 110,
            built: 115,
            connected: 130,
            secured: 200,
            sent: 205,
            first_byte: 300,
            done: 310,
        };
        let seen = phases(line);
        assert_eq!(seen[1..4], [("build", 5), ("connect", 15), ("tls", 70)]);
        assert_eq!(seen.iter().map(|(_, ns)| ns).sum::<u64>(), line.total_ns());
    }

    #[test]
    fn what_did_not_happen_is_absent() {
        let line = Timeline { due: 100, start: 101, sent: 105, first_byte: 300, done: 310, ..Timeline::default() };
        assert_eq!(phases(line), [("queue", 1), ("send", 4), ("wait", 195), ("body", 10)]);
        let unseen = Timeline { due: 100, start: 101, done: 310, ..Timeline::default() };
        assert_eq!(phases(unseen), [("queue", 1)]);
    }

    #[test]
    fn a_line_without_a_client_of_its_own_is_written_as_it_always_was() {
        let old = r#"{"due":1,"start":2,"connected":3,"secured":4,"sent":5,"first_byte":6,"done":7}"#;
        let line: Timeline = serde_json::from_str(old).unwrap();
        assert_eq!((line.built, line.done), (0, 7));
        assert_eq!(serde_json::to_string(&line).unwrap(), old);
        let built = Timeline { built: 9, ..line };
        assert_eq!(serde_json::from_str::<Timeline>(&serde_json::to_string(&built).unwrap()).unwrap(), built);
    }
}
