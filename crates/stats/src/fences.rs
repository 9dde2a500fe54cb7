//! Values so far out that something else happened: to be shown, never to be dropped.

use crate::estimate::{ENOUGH_ROUNDS, median};

/// Tukey's outer fences (Exploratory Data Analysis, 1977, ch. 2): what lies beyond them is far out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fences {
    low: f64,
    high: f64,
}

/// How far beyond the hinges the outer fences stand, in distances between the hinges.
const OUTER: f64 = 3.0;

impl Fences {
    /// Those of `values`. `None` for fewer than 6 values, where one is not finite, and where the middle half does not
    /// differ: what is far has no measure then.
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

    /// Whether `value` lies beyond them.
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
