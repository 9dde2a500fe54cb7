//! The total time of a trial's requests in one phase, which a thinned trial keeps instead of the phase's histogram.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::histogram::Times;

/// How many requests had a phase, and the sum of their times in it. Values of several trials can be added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PhaseTime {
    /// Requests that had the phase.
    pub requests: u64,
    /// The sum of their times, ns, each as recorded in the histogram, with an error of at most 0.1 %.
    pub sum_ns: u64,
}

impl PhaseTime {
    /// The sum over a histogram.
    pub fn of(times: &Times) -> PhaseTime {
        times.iter_recorded().fold(PhaseTime::default(), |sum, step| {
            let (requests, each) =
                (u64::from(step.count_at_value()), times.median_equivalent(step.value_iterated_to()));
            sum.and(PhaseTime { requests, sum_ns: each.saturating_mul(requests) })
        })
    }

    /// The sum of both.
    pub fn and(self, other: PhaseTime) -> PhaseTime {
        PhaseTime {
            requests: self.requests.saturating_add(other.requests),
            sum_ns: self.sum_ns.saturating_add(other.sum_ns),
        }
    }

    /// The mean, ns; 0 if no request had the phase.
    pub fn mean_ns(self) -> f64 {
        if self.requests == 0 { 0.0 } else { self.sum_ns as f64 / self.requests as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::empty;

    #[test]
    fn the_mean_is_that_of_the_histogram() {
        let mut times = empty();
        for ns in [0, 1, 999, 2_001, 123_456_789, 123_456_789, 3_600_000_000_000] {
            times.saturating_record(ns);
        }
        let time = PhaseTime::of(&times);
        assert_eq!(time.requests, 7);
        assert!((time.mean_ns() / times.mean() - 1.0).abs() < 1e-12, "{} {}", time.mean_ns(), times.mean());
        let twice = time.and(time);
        assert_eq!((twice.requests, twice.mean_ns()), (14, time.mean_ns()));
        assert_eq!(PhaseTime::of(&empty()).mean_ns(), 0.0);
    }
}
