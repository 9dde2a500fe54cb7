//! Turns a trace into lanes for a chart: what every request was doing over time, which request held the executor's
//! thread, and how many requests the origin had in flight.

use std::collections::BTreeMap;

use measure::result::Trial;
use measure::trace::{Event, MOST_EVENTS, Step};

/// The state of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Its turn has not come.
    Queued,
    /// Its connection is being opened.
    Connecting,
    /// Its connection is established, but its task does not run: others have the thread.
    Stalled,
    /// In its handshake.
    Handshake,
    /// Being sent.
    Sending,
    /// It waits, and has released the thread.
    Parked,
    /// It waits, and holds the thread.
    Holding,
    /// Its response is being read.
    Receiving,
}

impl State {
    /// All states, in the order of legends.
    pub const ALL: [State; 8] = [
        State::Queued,
        State::Connecting,
        State::Stalled,
        State::Handshake,
        State::Sending,
        State::Parked,
        State::Holding,
        State::Receiving,
    ];

    /// The state's name.
    pub fn name(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Connecting => "connecting",
            State::Stalled => "open, stalled",
            State::Handshake => "handshake",
            State::Sending => "sending",
            State::Parked => "parked",
            State::Holding => "holding the thread",
            State::Receiving => "receiving",
        }
    }

    /// The character that stands for the state in a terminal.
    pub fn mark(self) -> char {
        match self {
            State::Queued => ' ',
            State::Connecting => '○',
            State::Stalled => '·',
            State::Handshake => 'h',
            State::Sending => 's',
            State::Parked => '─',
            State::Holding => '█',
            State::Receiving => 'r',
        }
    }
}

/// A stretch of time in one state, ns since the first event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub from: u64,
    /// Its end.
    pub to: u64,
    /// The state.
    pub state: State,
}

/// A stretch in which one request held the thread, ns since the first event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Its beginning.
    pub from: u64,
    /// Its end.
    pub to: u64,
    /// The request.
    pub request: u64,
}

/// A trial as lanes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lanes {
    /// The whole length, ns.
    pub length: u64,
    /// By request: its spans, without gaps from the first event to its last.
    pub requests: BTreeMap<u64, Vec<Span>>,
    /// The spans in which a request held the thread.
    pub held: Vec<Held>,
    /// Requests in flight at the origin: pairs of a time and the number from then on.
    pub in_flight: Vec<(u64, u64)>,
}

impl Lanes {
    /// The lanes of a trial; `None` if it has no trace.
    pub fn of(trial: &Trial) -> Option<Lanes> {
        // Engines in other languages may write events in any order.
        let mut trace = trial.trace.clone();
        trace.truncate(MOST_EVENTS);
        trace.sort_by_key(|event| event.at);
        let begin = trace.first()?.at;
        let mut by_request: BTreeMap<u64, Vec<Event>> = BTreeMap::new();
        for event in trace {
            by_request.entry(event.request).or_default().push(event);
        }
        let requests: BTreeMap<u64, Vec<Span>> =
            by_request.into_iter().map(|(request, events)| (request, spans(&events, begin))).collect();
        let length = requests.values().filter_map(|spans| spans.last()).map(|span| span.to).max().unwrap_or(0);
        let mut held: Vec<Held> = requests
            .iter()
            .flat_map(|(request, spans)| {
                let holding = spans.iter().filter(|span| span.state == State::Holding);
                holding.map(|span| Held { from: span.from, to: span.to, request: *request })
            })
            .collect();
        held.sort_by_key(|held| held.from);
        Some(Lanes { length, requests, held, in_flight: in_flight(trial, begin) })
    }

    /// The share of the time for which a request held the thread, 0 to 1.
    pub fn held_share(&self) -> f64 {
        let held: u64 = self.held.iter().map(|held| held.to - held.from).sum();
        if self.length == 0 { 0.0 } else { held as f64 / self.length as f64 }
    }
}

/// The state after a step, until the next one.
fn after(step: Step, before: State) -> State {
    match step {
        Step::Start => State::Connecting,
        // It is stalled until its task runs again, whatever the socket is ready for.
        Step::Opened | Step::Secured => State::Stalled,
        Step::Handshake => State::Handshake,
        Step::Sending => State::Sending,
        Step::Sent => State::Stalled,
        Step::Reading | Step::FirstByte => State::Receiving,
        Step::Hold => State::Holding,
        // Waiting for a connection counts as connecting; when it is established, the task waits for its turn.
        Step::Parked if matches!(before, State::Connecting | State::Stalled) => before,
        Step::Parked => State::Parked,
        // Replaced by what it went back to.
        Step::Released | Step::Resumed => before,
        Step::Done => State::Receiving,
    }
}

fn spans(events: &[Event], begin: u64) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut put = |from: u64, to: u64, state: State| {
        if to > from {
            spans.push(Span { from: from - begin, to: to - begin, state });
        }
    };
    let mut at = begin;
    let mut state = State::Queued;
    // The state before it waited.
    let mut doing = State::Queued;
    for event in events {
        put(at, event.at, state);
        at = event.at;
        state = match event.step {
            Step::Released | Step::Resumed => doing,
            step @ (Step::Hold | Step::Parked) => {
                if !matches!(state, State::Holding | State::Parked) {
                    doing = state;
                }
                after(step, doing)
            }
            step => after(step, doing),
        };
    }
    spans
}

/// The origin's log as a step function. The log is bounded, so it holds only some of very many requests.
fn in_flight(trial: &Trial, begin: u64) -> Vec<(u64, u64)> {
    let Some(ledger) = &trial.ledger else { return Vec::new() };
    let mut steps: Vec<(u64, i64)> = Vec::new();
    for served in &ledger.log {
        steps.push((served.arrived_ns.saturating_sub(begin), 1));
        if served.answered_ns > 0 {
            steps.push((served.answered_ns.saturating_sub(begin), -1));
        }
    }
    steps.sort_unstable();
    let mut now = 0_i64;
    let stairs = steps.into_iter().map(|(at, step)| {
        now += step;
        (at, u64::try_from(now).unwrap_or(0))
    });
    stairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: u64, step: Step) -> Event {
        Event { at: 1000 + at, request: 0, step }
    }

    #[test]
    fn a_slow_request_stalls_and_then_holds_the_thread() {
        let events = [
            event(0, Step::Start),
            event(1, Step::Opened),
            event(50, Step::Handshake),
            event(51, Step::Hold),
            event(52, Step::Released),
            event(53, Step::Secured),
            event(53, Step::Sending),
            event(54, Step::Sent),
            event(54, Step::Reading),
            event(55, Step::Hold),
            event(100, Step::Released),
            event(101, Step::FirstByte),
            event(102, Step::Done),
        ];
        let states: Vec<(State, u64)> =
            spans(&events, 1000).iter().map(|span| (span.state, span.to - span.from)).collect();
        use State::{Connecting, Handshake, Holding, Receiving, Sending, Stalled};
        let expected = [
            (Connecting, 1),
            (Stalled, 49),
            (Handshake, 1),
            (Holding, 1),
            (Handshake, 1),
            (Sending, 1),
            (Receiving, 1),
            (Holding, 45),
            (Receiving, 1),
            (Receiving, 1),
        ];
        assert_eq!(states, expected);
    }

    #[test]
    fn one_whose_turn_comes_late_was_queued() {
        let late =
            [Event { at: 1500, request: 1, step: Step::Start }, Event { at: 1600, request: 1, step: Step::Done }];
        assert_eq!(spans(&late, 1000)[0], Span { from: 0, to: 500, state: State::Queued });
    }
}
