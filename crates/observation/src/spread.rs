//! A distribution in a few figures.

use hdrhistogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a duration was spread, ns. Percentiles are right to 1 %, all else is exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Spread {
    /// How many were counted.
    pub count: u64,
    /// All of them together, ns.
    pub sum_ns: u64,
    /// The shortest, ns.
    pub min_ns: u64,
    /// The median, ns.
    pub p50_ns: u64,
    /// The 99th percentile, ns.
    pub p99_ns: u64,
    /// The longest, ns.
    pub max_ns: u64,
}

/// A [`Spread`] in the making, of fixed size.
#[derive(Debug, Clone)]
pub(crate) struct Spreading {
    histogram: Option<Histogram<u64>>,
    sum_ns: u64,
    min_ns: u64,
    max_ns: u64,
}

/// The longest that percentiles tell apart: beyond, they say this.
const LONGEST_NS: u64 = 3_600_000_000_000;

impl Default for Spreading {
    fn default() -> Self {
        // The bounds are constant and within what the library takes; without a histogram the percentiles are 0.
        let histogram = Histogram::new_with_bounds(1_000, LONGEST_NS, 2).ok();
        Spreading { histogram, sum_ns: 0, min_ns: u64::MAX, max_ns: 0 }
    }
}

impl Spreading {
    pub(crate) fn add(&mut self, ns: u64) {
        if let Some(histogram) = &mut self.histogram {
            histogram.saturating_record(ns);
        }
        self.sum_ns = self.sum_ns.saturating_add(ns);
        self.min_ns = self.min_ns.min(ns);
        self.max_ns = self.max_ns.max(ns);
    }

    pub(crate) fn spread(&self) -> Spread {
        let Some(histogram) = self.histogram.as_ref().filter(|histogram| !histogram.is_empty()) else {
            return Spread::default();
        };
        let at = |quantile| histogram.value_at_quantile(quantile).clamp(self.min_ns, self.max_ns);
        Spread {
            count: histogram.len(),
            sum_ns: self.sum_ns,
            min_ns: self.min_ns,
            p50_ns: at(0.5),
            p99_ns: at(0.99),
            max_ns: self.max_ns,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_exact_but_for_its_percentiles() {
        let mut spreading = Spreading::default();
        assert_eq!(spreading.spread(), Spread::default());
        for ms in 1..=100 {
            spreading.add(ms * 1_000_000);
        }
        let spread = spreading.spread();
        assert_eq!((spread.count, spread.min_ns, spread.max_ns), (100, 1_000_000, 100_000_000));
        assert_eq!(spread.sum_ns, 5_050_000_000);
        assert!(spread.p50_ns.abs_diff(50_000_000) < 1_000_000, "{spread:?}");
        assert!(spread.p99_ns.abs_diff(99_000_000) < 2_000_000, "{spread:?}");
    }
}
