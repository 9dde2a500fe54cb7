//! Quantiles of a duration's distribution.

use hdrhistogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The distribution of a duration. Percentiles are accurate to 1 %, all else is exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Spread")]
pub struct Quantiles {
    /// The number of values.
    pub count: u64,
    /// The sum of all values, ns.
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

/// Records durations in fixed memory, for [`Quantiles`].
#[derive(Debug, Clone)]
pub(crate) struct DurationHistogram {
    histogram: Option<Histogram<u64>>,
    sum_ns: u64,
    min_ns: u64,
    max_ns: u64,
}

/// The longest duration that percentiles resolve. Longer ones count as this.
const LONGEST_NS: u64 = 3_600_000_000_000;

impl Default for DurationHistogram {
    fn default() -> Self {
        // The bounds are constants that the library accepts, so this succeeds; without a histogram the percentiles are
        // 0.
        let histogram = Histogram::new_with_bounds(1_000, LONGEST_NS, 2).ok();
        DurationHistogram { histogram, sum_ns: 0, min_ns: u64::MAX, max_ns: 0 }
    }
}

impl DurationHistogram {
    pub(crate) fn add(&mut self, ns: u64) {
        if let Some(histogram) = &mut self.histogram {
            histogram.saturating_record(ns);
        }
        self.sum_ns = self.sum_ns.saturating_add(ns);
        self.min_ns = self.min_ns.min(ns);
        self.max_ns = self.max_ns.max(ns);
    }

    pub(crate) fn quantiles(&self) -> Quantiles {
        let Some(histogram) = self.histogram.as_ref().filter(|histogram| !histogram.is_empty()) else {
            return Quantiles::default();
        };
        let at = |quantile| histogram.value_at_quantile(quantile).clamp(self.min_ns, self.max_ns);
        Quantiles {
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
    fn quantiles_are_exact_but_for_its_percentiles() {
        let mut histogram = DurationHistogram::default();
        assert_eq!(histogram.quantiles(), Quantiles::default());
        for ms in 1..=100 {
            histogram.add(ms * 1_000_000);
        }
        let quantiles = histogram.quantiles();
        assert_eq!((quantiles.count, quantiles.min_ns, quantiles.max_ns), (100, 1_000_000, 100_000_000));
        assert_eq!(quantiles.sum_ns, 5_050_000_000);
        assert!(quantiles.p50_ns.abs_diff(50_000_000) < 1_000_000, "{quantiles:?}");
        assert!(quantiles.p99_ns.abs_diff(99_000_000) < 2_000_000, "{quantiles:?}");
    }
}
