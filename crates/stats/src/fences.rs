//! Finds outliers, which must be reported, and never be dropped.

use crate::estimate::{ENOUGH_ROUNDS, median};

/// Tukey's outer fences (Exploratory Data Analysis, 1977, ch. 2): values beyond them are outliers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fences {
    low: f64,
    high: f64,
}

/// The distance between hinges and outer fences, in distances between the hinges.
const OUTER: f64 = 3.0;

impl Fences {
    /// The fences of `values`. `None` for fewer than 6 values, if one is not finite, and if the middle half of the
    /// values are equal, so that there is no measure of distance.
    pub fn of(values: &[f64]) -> Option<Fences> {
        if values.len() < ENOUGH_ROUNDS || !values.iter().all(|value| value.is_finite()) {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        // The hinges: medians of either half, the middle value in both where there is one.
        let half = sorted.len().div_ceil(2);
        let (lower, upper) = (median(&sorted[..half]), median(&sorted[sorted.len() - half..]));
        let spread = upper - lower;
        let fences = Fences { low: lower - OUTER * spread, high: upper + OUTER * spread };
        (spread > 0.0 && fences.low.is_finite() && fences.high.is_finite()).then_some(fences)
    }

    /// Whether `value` is beyond them.
    pub fn leave_out(&self, value: f64) -> bool {
        value < self.low || value > self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_stand_three_spreads_beyond_the_hinges() {
        // Halves 1 2 3 4 5 and 5 6 7 8 9: hinges 3 and 7.
        let fences = Fences::of(&[9.0, 1.0, 8.0, 2.0, 7.0, 3.0, 6.0, 4.0, 5.0]).unwrap();
        assert_eq!(fences, Fences { low: -9.0, high: 19.0 });
        assert!(fences.leave_out(19.1) && fences.leave_out(-9.1) && !fences.leave_out(19.0));
    }

    #[test]
    fn without_a_spread_nothing_is_far() {
        assert_eq!(Fences::of(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 9.0]), None);
        assert_eq!(Fences::of(&[1.0, 2.0, 3.0, 4.0, 50.0]), None);
        assert_eq!(Fences::of(&[f64::MIN, f64::MIN, f64::MIN, f64::MAX, f64::MAX, f64::MAX]), None);
    }
}
