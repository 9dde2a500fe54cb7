//! Whether latency was stable while a trial ran, or drifted: the median of a drifting latency depends on when it was
//! measured.
//!
//! The sample of timelines in each trial is tested. All C slots start at once, and at the end they become idle, so the
//! first C requests and the last C are excluded. A trial drifts if a Mann–Kendall test is significant (p < 0.01) and
//! the change over the remaining requests is more than a tenth of the median. Latencies of one trial are not
//! independent: about one trial in thirteen drifts because of other work on the machine, up or down. A cell only counts
//! as unsteady if half of its trials drift in the same direction.

use measure::phase::Timeline;
use measure::result::Trial;
use stats::Estimate;

use crate::row::{Drift, Row};

/// The requests that a trend test needs: with fewer, its p-value is not accurate.
const FEWEST: usize = 10;

/// The p-value below which a trial drifts.
const P: f64 = 0.01;

/// The change over the trial from which it drifts, as a share of the median.
const CHANGE: f64 = 0.1;

/// The drift of the trials that count, with `slots` requests in flight; `None` if no trial could be tested.
pub(crate) fn drift(counting: &[&Trial], slots: u32) -> Option<Drift> {
    let judged: Vec<Change> = counting.iter().filter_map(|trial| change(&trial.sample, trial.right, slots)).collect();
    let shares: Vec<f64> = judged.iter().map(|change| change.share).collect();
    let tells = |up: bool| judged.iter().filter(|change| change.tells && (change.share > 0.0) == up).count();
    let drifted = tells(true).max(tells(false));
    Some(Drift {
        change: Estimate::of(&shares)?.median,
        judged: judged.len(),
        drifted,
        // One trial may drift by chance.
        steady: drifted < 2 || 2 * drifted < counting.len(),
    })
}

struct Change {
    share: f64,
    tells: bool,
}

/// How latency changed over a trial of `requests`.
fn change(sample: &[Timeline], requests: u64, slots: u32) -> Option<Change> {
    let mut sample = sample.to_vec();
    sample.sort_by_key(|line| line.due);
    // The sample is spread evenly over the trial: C requests are this many of it.
    let share = f64::from(slots) / requests.max(1) as f64;
    let ramp = (sample.len() as f64 * share).ceil() as usize;
    let between = sample.get(ramp..sample.len().checked_sub(ramp)?)?;
    let latencies: Vec<f64> = between.iter().map(|line| line.total_ns() as f64).collect();
    let median = Estimate::of(&latencies).map(|estimate| estimate.median).filter(|median| *median > 0.0)?;
    if latencies.len() < FEWEST {
        return None;
    }
    let trend = stats::trend(&latencies)?;
    let share = trend.slope * (latencies.len() - 1) as f64 / median;
    Some(Change { share, tells: trend.p < P && share.abs() > CHANGE })
}

/// Whether a row is known to be unsteady.
pub fn is_unsteady(row: &Row) -> bool {
    row.drift.is_some_and(|drift| !drift.steady)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixty of a trial's 600 requests, the latency of each by its place.
    fn sample(latency: impl Fn(u64) -> u64) -> Vec<Timeline> {
        (0..60).map(|at| Timeline { due: at * 1_000, done: at * 1_000 + latency(at), ..Timeline::default() }).collect()
    }

    fn noise(at: u64) -> u64 {
        at * 7_919 % 101
    }

    #[test]
    fn a_trend_drifts_and_noise_does_not() {
        let falling = change(&sample(|at| 1_000 - 5 * at + noise(at)), 600, 10).unwrap();
        assert!(falling.tells && (-0.45..-0.25).contains(&falling.share), "{}", falling.share);
        assert!(!change(&sample(|at| 1_000 + noise(at)), 600, 10).unwrap().tells);
        let little = change(&sample(|at| 10_000 + 5 * at), 600, 10).unwrap();
        assert!(!little.tells, "a sure change of 3 % is small");
    }

    #[test]
    fn the_start_and_the_end_of_all_slots_are_no_drift() {
        let ramps = |at| {
            if at < 10 {
                9_000
            } else if at >= 50 {
                100
            } else {
                1_000 + noise(at)
            }
        };
        assert!(!change(&sample(ramps), 600, 100).unwrap().tells);
        assert!(change(&sample(ramps), 600, 10).unwrap().tells);
        assert!(change(&sample(ramps), 600, 300).is_none(), "nothing is left");
        assert!(change(&[], 0, 10).is_none());
    }
}
