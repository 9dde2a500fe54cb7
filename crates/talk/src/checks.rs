//! What a trace shows of a stage besides its time: whether opens overlap, the gaps between responses, the order of
//! steps, and how often and how long requests held the thread.

use std::collections::BTreeMap;

use measure::result::Trial;
use measure::trace::{Event, Step};
use serde::Serialize;

use crate::lanes::{Lanes, Span, State};
use crate::slides::Costs;

/// The figures of one trial's trace. Times in ms.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Traits {
    /// From the first to the last connection that stood.
    pub opens_span_ms: f64,
    /// The least and the greatest gap between the first bytes of consecutive responses.
    pub answer_gaps_ms: Option<(f64, f64)>,
    /// The most requests in flight at once, counted by the client.
    pub sent_unanswered: u64,
    /// How often the thread was held, per request.
    pub holds_per_request: f64,
    /// The share of the time for which it was held, 0 to 1.
    pub held_share: f64,
    /// The share of a request's time, from its start to its end, for which it waited and held nothing: the mean, 0 to
    /// 1.
    pub parked_share: f64,
    /// The greatest time that a request waited in its handshake, holding or parked.
    pub handshake_wait_ms: f64,
    /// Whether responses came in the order in which requests began.
    pub in_order: bool,
    /// Requests that went from start to done.
    pub complete: u64,
}

/// Computes the figures; `None` if the trial has no trace.
pub fn traits(trial: &Trial) -> Option<Traits> {
    let lanes = Lanes::of(trial)?;
    let at = |step: Step| -> Vec<u64> {
        let mut times: Vec<u64> = trial.trace.iter().filter(|event| event.step == step).map(|event| event.at).collect();
        times.sort_unstable();
        times
    };
    let requests = lanes.requests.len().max(1) as f64;
    let opened = at(Step::Opened);
    let first_bytes = at(Step::FirstByte);
    let gaps: Vec<f64> = first_bytes.windows(2).map(|pair| ms(pair[1] - pair[0])).collect();
    let least = gaps.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = gaps.iter().copied().fold(0.0, f64::max);
    let done: Vec<u64> =
        trial.trace.iter().filter(|event| event.step == Step::Done).map(|event| event.request).collect();
    Some(Traits {
        opens_span_ms: opened.first().zip(opened.last()).map_or(0.0, |(first, last)| ms(last - first)),
        answer_gaps_ms: (!gaps.is_empty()).then_some((least, greatest)),
        sent_unanswered: sent_unanswered(&trial.trace),
        holds_per_request: at(Step::Hold).len() as f64 / requests,
        held_share: lanes.held_share(),
        parked_share: parked_share(&lanes),
        handshake_wait_ms: handshake_wait(&trial.trace),
        in_order: done.windows(2).all(|pair| pair[0] < pair[1]),
        complete: done.len() as u64,
    })
}

/// The mean share of a request's time for which it was parked.
fn parked_share(lanes: &Lanes) -> f64 {
    let of_request = |spans: &Vec<Span>| {
        let length = |wanted: &dyn Fn(State) -> bool| -> u64 {
            spans.iter().filter(|span| wanted(span.state)).map(|span| span.to - span.from).sum()
        };
        let own = length(&|state| state != State::Queued);
        if own == 0 { 0.0 } else { length(&|state| state == State::Parked) as f64 / own as f64 }
    };
    let shares: Vec<f64> = lanes.requests.values().map(of_request).collect();
    shares.iter().sum::<f64>() / shares.len().max(1) as f64
}

fn ms(ns: u64) -> f64 {
    ns as f64 / 1e6
}

/// The time to send and to receive one request, s, from a trace in which all requests were in flight. The slides' model
/// uses them to predict the time of other stages. `None` if the trial has no trace.
pub fn costs(trial: &Trial, delay: f64) -> Option<Costs> {
    let at = |step: Step| trial.trace.iter().filter(move |event| event.step == step).map(|event| event.at);
    let n = at(Step::Done).count().max(1) as f64;
    let between = |from: Option<u64>, to: Option<u64>| Some(to?.saturating_sub(from?) as f64 / 1e9 / n);
    Some(Costs {
        send: between(at(Step::Start).min(), at(Step::Sent).max())?,
        work: delay,
        receive: between(at(Step::FirstByte).min(), at(Step::Done).max())?,
    })
}

/// The most requests that had been sent without any byte of a response.
fn sent_unanswered(trace: &[Event]) -> u64 {
    let mut now: u64 = 0;
    let mut most = 0;
    for event in trace {
        match event.step {
            Step::Sent => now += 1,
            Step::FirstByte => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

/// The longest time that a request waited during its handshake, ms.
fn handshake_wait(trace: &[Event]) -> f64 {
    let mut begun: BTreeMap<u64, Option<u64>> = BTreeMap::new();
    let mut waited: BTreeMap<u64, u64> = BTreeMap::new();
    for event in trace {
        match event.step {
            Step::Handshake => {
                begun.insert(event.request, None);
            }
            Step::Hold => {
                if let Some(since) = begun.get_mut(&event.request) {
                    *since = Some(event.at);
                }
            }
            Step::Released => {
                if let Some(Some(since)) = begun.get(&event.request).copied() {
                    *waited.entry(event.request).or_default() += event.at.saturating_sub(since);
                }
            }
            Step::Secured => {
                begun.remove(&event.request);
            }
            _ => {}
        }
    }
    waited.values().copied().max().map_or(0.0, ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_unanswered_are_counted_in_the_order_of_time() {
        let event = |request, step| Event { at: 1, request, step };
        let slow = [event(0, Step::Sent), event(0, Step::FirstByte), event(1, Step::Sent), event(1, Step::FirstByte)];
        assert_eq!(sent_unanswered(&slow), 1);
        let fast = [event(0, Step::Sent), event(1, Step::Sent), event(1, Step::FirstByte), event(0, Step::FirstByte)];
        assert_eq!(sent_unanswered(&fast), 2);
    }

    #[test]
    fn only_waits_of_the_handshake_count_as_its() {
        let event = |at: u64, step| Event { at: at * 1_000_000, request: 0, step };
        let trace = [
            event(1, Step::Handshake),
            event(2, Step::Hold),
            event(5, Step::Released),
            event(6, Step::Secured),
            event(7, Step::Hold),
            event(900, Step::Released),
        ];
        assert_eq!(handshake_wait(&trace), 3.0);
    }
}
