//! A median with its interval, whatever the values' distribution.

use crate::design::LEVEL;
use crate::sign_test;

/// The number of rounds from which a 95 % interval of a median exists: with fewer, even the whole range contains the
/// true median less often (6 values: 1 − 2·½⁶ = 96.9 %; 5 values: 93.8 %).
pub const ENOUGH_ROUNDS: usize = 6;

/// A median with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The median of the values.
    pub median: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
    /// The kind of interval.
    pub interval: Interval,
}

/// The meaning of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// Smallest and largest value, without a confidence level: fewer than [`ENOUGH_ROUNDS`] values allow no more.
    Range,
    /// It contains the true median with a probability of at least 95 %, whatever the values' distribution.
    Confidence95,
}

impl Estimate {
    /// The median of `values` with its interval: between order statistics from [`ENOUGH_ROUNDS`] values on (David &
    /// Nagaraja, Order Statistics, 3rd ed., §7.1), else their range. `None` without values, or if one is not finite.
    pub fn of(values: &[f64]) -> Option<Estimate> {
        if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        // As many values lie below the true median as a sign test's.
        let below = |count| sign_test::at_most(count, values.len());
        Some(between(&sorted, below, f64::midpoint))
    }

    /// The median of `new − base`, pair by pair.
    pub fn of_differences(pairs: &[(f64, f64)]) -> Option<Estimate> {
        Estimate::of(&pairs.iter().map(|(base, new)| new - base).collect::<Vec<_>>())
    }

    /// The median of `new ÷ base`, pair by pair. `None` if a base is 0, or so small that the ratio is not finite.
    pub fn of_ratios(pairs: &[(f64, f64)]) -> Option<Estimate> {
        Estimate::of(&pairs.iter().map(|(base, new)| new / base).collect::<Vec<_>>())
    }

    /// `new − base` of two medians that were not measured in pairs: between the outermost ends of their intervals,
    /// which contains the true difference at least as often as both intervals contain their medians.
    pub fn difference(new: &Estimate, base: &Estimate) -> Estimate {
        // Differences beyond the range of floats are limited to it.
        let less = |new: f64, base: f64| (new - base).clamp(f64::MIN, f64::MAX);
        Estimate {
            median: less(new.median, base.median),
            low: less(new.low, base.high),
            high: less(new.high, base.low),
            interval: new.interval.weaker(base.interval),
        }
    }

    /// `new ÷ base`, in the same way. `None` unless all of `base` is above 0, and the quotients are finite.
    pub fn quotient(new: &Estimate, base: &Estimate) -> Option<Estimate> {
        let quotient = Estimate {
            median: new.median / base.median,
            low: new.low / base.high,
            high: new.high / base.low,
            interval: new.interval.weaker(base.interval),
        };
        let finite = [quotient.median, quotient.low, quotient.high].iter().all(|value| value.is_finite());
        (base.low > 0.0 && finite).then_some(quotient)
    }
}

impl Interval {
    /// The kind of interval of a combination: that of the weaker one.
    fn weaker(self, other: Interval) -> Interval {
        if self == other { self } else { Interval::Range }
    }
}

/// The interval between two of `sorted`, there being one at least, that holds what is estimated with at least 95 %: of
/// either end as many are cut off as lie beyond it by chance at 2.5 % or less, `at_most(count)` being the chance that
/// no more than `count` do. If even none may be cut off, the range. Where the median lies between two, `halfway` says
/// where.
pub(crate) fn between(sorted: &[f64], at_most: impl Fn(usize) -> f64, halfway: fn(f64, f64) -> f64) -> Estimate {
    let cut = (0..sorted.len().div_ceil(2)).take_while(|cut| at_most(*cut) <= LEVEL / 2.0).last();
    let interval = if cut.is_some() { Interval::Confidence95 } else { Interval::Range };
    let cut = cut.unwrap_or(0);
    let high = sorted[sorted.len() - 1 - cut];
    Estimate { median: middle(sorted, halfway), low: sorted[cut], high, interval }
}

/// The middle of sorted values; there must be one at least.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    middle(sorted, f64::midpoint)
}

fn middle(sorted: &[f64], halfway: fn(f64, f64) -> f64) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        1 => sorted[middle],
        _ => halfway(sorted[middle - 1], sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up_to(n: u32) -> Vec<f64> {
        (1..=n).map(f64::from).collect()
    }

    #[test]
    fn few_values_give_their_range_and_no_claim() {
        let five = Estimate::of(&up_to(5)).unwrap();
        assert_eq!(five, Estimate { median: 3.0, low: 1.0, high: 5.0, interval: Interval::Range });
        assert_eq!(Estimate::of(&[]), None);
        assert_eq!(Estimate::of(&[1.0, f64::NAN]), None);
        assert_eq!(Estimate::of(&[1.0, f64::INFINITY]), None);
    }

    #[test]
    fn intervals_are_those_of_the_published_tables() {
        // Conover, Practical Nonparametric Statistics: order statistics for a 95 % interval of the median.
        for (n, low, high) in [(6, 1.0, 6.0), (8, 1.0, 8.0), (9, 2.0, 8.0), (10, 2.0, 9.0), (20, 6.0, 15.0)] {
            let estimate = Estimate::of(&up_to(n)).unwrap();
            assert_eq!((estimate.low, estimate.high), (low, high), "n = {n}");
            assert_eq!(estimate.interval, Interval::Confidence95);
        }
    }

    #[test]
    fn unpaired_medians_are_as_far_apart_as_their_intervals_allow() {
        let of = |values: &[f64]| Estimate::of(values).unwrap();
        let (base, new) = (of(&[2.0; 6]), of(&[3.0, 3.0, 4.0, 4.0, 5.0, 5.0]));
        let quotient = Estimate::quotient(&new, &base).unwrap();
        assert_eq!((quotient.low, quotient.median, quotient.high), (1.5, 2.0, 2.5));
        assert_eq!(quotient.interval, Interval::Confidence95);
        let difference = Estimate::difference(&new, &base);
        assert_eq!((difference.low, difference.high), (1.0, 3.0));
        assert_eq!(Estimate::quotient(&new, &of(&[0.0; 6])), None);
    }

    #[test]
    fn pairs_cancel_what_hits_both_sides() {
        let drifting = [(10.0, 30.0), (20.0, 60.0), (15.0, 45.0)];
        let ratio = Estimate::of_ratios(&drifting).unwrap();
        assert_eq!((ratio.median, ratio.low, ratio.high), (3.0, 3.0, 3.0));
        assert_eq!(Estimate::of_differences(&drifting).unwrap().median, 30.0);
        assert_eq!(Estimate::of_ratios(&[(0.0, 1.0)]), None);
        assert_eq!(Estimate::of_ratios(&[(0.0, 0.0)]), None);
    }
}
