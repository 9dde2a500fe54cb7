//! Judges whether a stage had the published outcome: by the requests in flight that the origin counted, and by whether
//! the wall time is above or below n·D/2.
//!
//! The difference from the published time is reported but decides nothing, because the machine is a different one.

use measure::result::Trial;
use serde::Serialize;
use workload::Workload;

use crate::published::{self, Published};
use crate::stage::{Expected, of};

/// What came of one trial of a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageResult {
    /// What it had to come to: `fast`, `slow`, `serial` or `hidden`.
    pub expected: &'static str,
    /// Requests.
    pub n: u64,
    /// The origin's service time, s.
    pub delay: f64,
    /// Wall time, s.
    pub seconds: f64,
    /// What was published for so many requests, s at a delay of 1 s; `None` for what has no counterpart.
    pub published: Option<f64>,
    /// Whether a profiler ran when it was, which costs 0.3 to 0.5 s.
    pub profiled: bool,
    /// Most connections open at once, by the origin's ledger.
    pub open: u64,
    /// Most requests in flight, by the same.
    pub in_flight: u64,
    /// What contradicts the expectation, a sentence each; empty for a stage that came out.
    pub wrong: Vec<String>,
}

/// With more requests than this, opening connections takes a large part of the service time.
const OPENED_AT_ONCE: u64 = 100;

/// A stage that is fast and takes longer than so many service times spent much of them on opening connections, too, as
/// it does where other programs keep the CPUs busy.
const OPENED_SLOWLY: f64 = 1.5;

/// Judges a trial; `None` for a cell that is not a stage, and for a workload without a number of requests.
pub fn judge(trial: &Trial, workload: &Workload) -> Option<StageResult> {
    let stage = of(&trial.cell)?;
    let (n, delay) = (workload.requests()?.get(), workload.path.delay_seconds());
    let seconds = trial.wall_ns as f64 / 1e9;
    let in_flight = trial.ledger.as_ref().map_or(0, |ledger| ledger.most_in_flight);
    let mut wrong = Vec::new();
    if let measure::result::Validity::Invalid(reasons) = &trial.verdict {
        wrong.extend(reasons.iter().cloned());
    }
    let due = stage.expected.in_flight(n);
    if !fits(stage.expected, in_flight, due, seconds / delay) {
        wrong.push(format!("the origin saw {in_flight} requests in flight at most, {due} were expected"));
    }
    wrong.extend(side(stage.expected, n, delay, seconds));
    let published = stage.stands_for.and_then(|(stage, python)| published::of(stage, python, n));
    Some(StageResult {
        expected: stage.expected.name(),
        n,
        delay,
        seconds,
        published: published.map(|Published { seconds, .. }| seconds),
        profiled: published.is_some_and(|Published { profiled, .. }| profiled),
        open: trial.ledger.as_ref().map_or(0, |ledger| ledger.most_open),
        in_flight,
        wrong,
    })
}

/// Whether so many requests in flight are as many as are `due`: at least half, where the first responses came before the
/// last connections were open. The stage took `delays` service times.
fn fits(expected: Expected, in_flight: u64, due: u64, delays: f64) -> bool {
    let is_fast = matches!(expected, Expected::Fast);
    let least = if due > OPENED_AT_ONCE || (is_fast && delays > OPENED_SLOWLY) { due.div_ceil(2) } else { due };
    (least..=due).contains(&in_flight)
}

/// What is wrong with the wall time, if anything. A stage that is hidden behind w threads takes ceil(n / w) delays,
/// plus or minus half.
fn side(expected: Expected, n: u64, delay: f64, seconds: f64) -> Option<String> {
    let half = n as f64 * delay / 2.0;
    match expected {
        Expected::Fast if n > 2 && seconds >= half => {
            Some(format!("it took {seconds:.2} s, which is not below {half:.2} s: n·D/2"))
        }
        Expected::Slow | Expected::Serial if seconds < half => {
            Some(format!("it took {seconds:.2} s, which is below {half:.2} s: n·D/2"))
        }
        Expected::Hidden(workers) => {
            let due = n.div_ceil(workers) as f64 * delay;
            let fits = (0.95 * due..1.5 * due + 0.2).contains(&seconds);
            (!fits).then(|| format!("it took {seconds:.2} s, {workers} threads take about {due:.2} s"))
        }
        Expected::Fast | Expected::Slow | Expected::Serial => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_in_flight_unless_they_were_opened_slowly() {
        assert!(fits(Expected::Fast, 10, 10, 1.1) && !fits(Expected::Fast, 9, 10, 1.1));
        assert!(fits(Expected::Fast, 9, 10, 2.4) && fits(Expected::Fast, 5, 10, 2.4));
        assert!(!fits(Expected::Fast, 4, 10, 2.4) && !fits(Expected::Fast, 11, 10, 2.4));
        assert!(!fits(Expected::Slow, 2, 1, 10.0) && fits(Expected::Slow, 1, 1, 10.0));
        assert!(fits(Expected::Fast, 500, 1_000, 1.1) && !fits(Expected::Fast, 499, 1_000, 1.1));
    }

    #[test]
    fn the_middle_between_one_and_n_delays_decides() {
        assert_eq!(side(Expected::Fast, 10, 1.0, 1.05), None);
        assert!(side(Expected::Fast, 10, 1.0, 5.0).is_some());
        assert_eq!(side(Expected::Slow, 10, 1.0, 10.1), None);
        assert!(side(Expected::Slow, 10, 1.0, 4.9).is_some());
        assert_eq!(side(Expected::Hidden(4), 10, 1.0, 3.02), None);
        assert!(side(Expected::Hidden(4), 10, 1.0, 10.0).is_some());
    }
}
