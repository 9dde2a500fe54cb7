//! A figure with its 95 % sampling interval.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// The probability of each tail outside a 95 % interval.
const TAIL: f64 = 0.025;

/// The standard normal distribution's quantile at 1 − [`TAIL`].
const Z: f64 = 1.959_963_984_540_054;

/// Degrees of freedom from which Wilson and Hilferty's approximation is used instead of the exact χ² quantile: there
/// its error is 10⁻⁶, while the search for the exact one does not end where counts are huge.
const MANY: f64 = 2_000.0;

/// A figure and its 95 % sampling interval.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Interval {
    /// What was measured.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

impl Interval {
    /// A count of samples as that of a Poisson process: the exact interval by the χ² distribution (Garwood, "Fiducial
    /// limits for the Poisson distribution", Biometrika 28, 1936). Samples at a fixed period scatter less than that in
    /// sum, so a total's interval is wider than it need be.
    pub fn of_count(samples: u64) -> Interval {
        let value = samples as f64;
        let low = if samples == 0 { 0.0 } else { chi_squared(Tail::Lower, 2.0 * value) / 2.0 };
        Interval { value, low, high: chi_squared(Tail::Upper, 2.0 * value + 2.0) / 2.0 }
    }

    /// Value and interval multiplied by `factor`, which is finite and not negative.
    pub(super) fn times(self, factor: f64) -> Interval {
        Interval { value: self.value * factor, low: self.low * factor, high: self.high * factor }
    }

    /// `self` − `base` of two independent figures, from their own intervals (MOVER: Zou & Donner, "Construction of
    /// confidence limits about effect measures: a general approach", Statistics in Medicine 27, 2008). It may be below
    /// 0.
    pub fn minus(self, base: Interval) -> Interval {
        let value = self.value - base.value;
        Interval {
            value,
            low: value - f64::hypot(self.value - self.low, base.high - base.value),
            high: value + f64::hypot(self.high - self.value, base.value - base.low),
        }
    }

    /// Whether the interval contains `value`.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

enum Tail {
    Lower,
    Upper,
}

/// The χ² quantile with [`TAIL`] outside it, for `freedom` degrees of freedom, above 0 (for many: Wilson & Hilferty,
/// "The distribution of chi-square", PNAS 17, 1931).
fn chi_squared(tail: Tail, freedom: f64) -> f64 {
    let (probability, z) = match tail {
        Tail::Lower => (TAIL, -Z),
        Tail::Upper => (1.0 - TAIL, Z),
    };
    match ChiSquared::new(freedom) {
        Ok(exact) if freedom < MANY => exact.inverse_cdf(probability),
        _ => {
            let spread = 2.0 / (9.0 * freedom);
            freedom * (1.0 - spread + z * spread.sqrt()).powi(3)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_published_exact_intervals() {
        // Garwood's table, as reprinted by Pearson & Hartley, Biometrika Tables for Statisticians I, table 40.
        for (samples, low, high) in
            [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (50, 37.11, 65.92)]
        {
            let interval = Interval::of_count(samples);
            assert!((interval.low - low).abs() < 0.006, "{samples}: {interval:?}");
            assert!((interval.high - high).abs() < 0.006, "{samples}: {interval:?}");
        }
    }

    #[test]
    fn great_counts_come_near_the_normal_interval() {
        for samples in [10_000_u64, 1_000_000, 100_000_000] {
            let (interval, n) = (Interval::of_count(samples), samples as f64);
            let half = 1.96 * n.sqrt();
            assert!((interval.low - (n - half)).abs() < 3.0 + half * 1e-3, "{interval:?}");
            assert!((interval.high - (n + half)).abs() < 3.0 + half * 1e-3, "{interval:?}");
        }
    }

    #[test]
    fn the_approximation_takes_over_without_a_step() {
        let (exact, approximate) = (Interval::of_count(998), Interval::of_count(1000));
        let step = |end: fn(&Interval) -> f64| end(&approximate) - end(&exact);
        assert!((step(|i| i.low) - 2.0).abs() < 0.1, "{exact:?} {approximate:?}");
        assert!((step(|i| i.high) - 2.0).abs() < 0.1, "{exact:?} {approximate:?}");
    }

    #[test]
    fn a_difference_is_less_sure_than_either_side_and_may_be_negative() {
        let (few, many) = (Interval::of_count(90), Interval::of_count(100));
        let difference = few.minus(many);
        assert_eq!(difference.value, -10.0);
        assert!(difference.contains(0.0));
        assert!(difference.high - difference.low > many.high - many.low);
        assert!(!Interval::of_count(300).minus(many).contains(0.0));
    }
}
