//! Whether a series rises or falls, and how fast: distinguishes a machine that is still warming up from one that is
//! merely noisy.
//!
//! The Mann–Kendall test counts pairs that rise and pairs that fall, so that a single outlier has little effect and
//! no distribution of the values is assumed; the slope is the median of the slopes of all those pairs.

use std::cmp::Ordering;

use statrs::distribution::{ContinuousCDF, Normal};

use crate::estimate::median;

/// The slope of a series, and the probability of one as steep if there is no trend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// By how much the values change from one to the next, in their own unit: the median slope of all pairs (Theil
    /// 1950; Sen, JASA 63, 1968).
    pub slope: f64,
    /// The two-sided p-value of the Mann–Kendall test, 0 to 1, where the null hypothesis is that any order of the
    /// values is as likely as any other (Mann, Econometrica 13, 1945; Kendall, Rank Correlation Methods, 4th ed. 1975,
    /// ch. 4). It is the normal approximation with corrections for ties and continuity, good from 10 values on.
    pub p: f64,
}

/// The fewest values with a trend: of two, either order is equally likely.
const FEWEST: usize = 3;

/// The trend of `values` in their order; each pair is looked at, so that the time grows with the square of their
/// number. `None` for fewer than 3 values, where one is not finite, or where two differ by more than a float can hold.
pub fn trend(values: &[f64]) -> Option<Trend> {
    if values.len() < FEWEST || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let mut slopes = slopes(values)?;
    slopes.sort_by(f64::total_cmp);
    Some(Trend { slope: median(&slopes), p: p_of(rising_less_falling(values), variance(values)) })
}

/// The slopes of all pairs; `None` where one is out of bounds.
fn slopes(values: &[f64]) -> Option<Vec<f64>> {
    let pairs = pairs(values).map(|(steps, earlier, later)| (later - earlier) / steps);
    pairs.map(|slope| slope.is_finite().then_some(slope)).collect()
}

/// Kendall's S.
fn rising_less_falling(values: &[f64]) -> f64 {
    pairs(values)
        .map(|(_, earlier, later)| match later.partial_cmp(&earlier) {
            Some(Ordering::Greater) => 1.0,
            Some(Ordering::Less) => -1.0,
            _ => 0.0,
        })
        .sum()
}

/// Every pair in its order, with the steps between the two.
fn pairs(values: &[f64]) -> impl Iterator<Item = (f64, f64, f64)> {
    values.iter().enumerate().flat_map(move |(at, earlier)| {
        let later = values[at + 1..].iter().enumerate();
        later.map(move |(steps, later)| ((steps + 1) as f64, *earlier, *later))
    })
}

/// The variance of S without a trend, less what ties take from it (Kendall 1975, eq. 4.4).
fn variance(values: &[f64]) -> f64 {
    let term = |n: usize| {
        let n = n as f64;
        n * (n - 1.0) * (2.0 * n + 5.0)
    };
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    // Zero has two signs and one value.
    let ties: f64 = sorted.chunk_by(|one, other| one == other).map(|tied| term(tied.len())).sum();
    (term(values.len()) - ties) / 18.0
}

/// S is whole, so that the tail begins half a step of 2 nearer to 0.
fn p_of(s: f64, variance: f64) -> f64 {
    if variance <= 0.0 {
        return 1.0;
    }
    let z = (s.abs() - 1.0).max(0.0) / variance.sqrt();
    (2.0 * Normal::standard().sf(z)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, to: f64) -> bool {
        (value - to).abs() <= 1e-4 * to.abs()
    }

    #[test]
    fn slope_and_count_are_those_of_the_textbook() {
        // Hollander, Wolfe & Chicken, Nonparametric Statistical Methods, 3rd ed., example 9.1: rain after years of
        // seeding clouds. C = −6; the slopes' median is that of −0.0575 and −0.055.
        let rain = [1.26, 1.27, 1.12, 1.16, 1.03];
        assert_eq!(rising_less_falling(&rain), -6.0);
        assert!(close(trend(&rain).unwrap().slope, -0.05625));
    }

    #[test]
    fn variance_and_p_are_those_of_published_series() {
        // Hussain & Mahmud, JOSS 4(39), 2019, whose package is tested by 0…359: S = 64620, variance 5205500.
        let up: Vec<f64> = (0..360).map(f64::from).collect();
        assert_eq!((rising_less_falling(&up), variance(&up)), (64620.0, 5_205_500.0));
        assert_eq!(trend(&up).unwrap().slope, 1.0);
        // n = 10 without ties: variance 125, so that all pairs rising is 44 ÷ √125 standard deviations away.
        let ten = trend(&up[..10]).unwrap();
        assert!(close(ten.p, 8.303e-5), "{ten:?}");
    }

    #[test]
    fn ties_take_their_part_of_the_variance() {
        // Two of four tied: (4·3·13 − 2·1·9) ÷ 18.
        assert!(close(variance(&[1.0, 2.0, 2.0, 3.0]), 138.0 / 18.0));
        assert_eq!(variance(&[0.0, -0.0, 0.0]), 0.0);
    }

    #[test]
    fn what_stands_still_has_no_trend_and_what_swings_none_that_counts() {
        assert_eq!(trend(&[7.0; 12]), Some(Trend { slope: 0.0, p: 1.0 }));
        let swinging: Vec<f64> = (0..20).map(|n| f64::from(n % 2)).collect();
        assert!(trend(&swinging).unwrap().p > 0.3);
        let falling = trend(&[10.0, 9.0, 9.5, 8.0, 7.0, 7.5, 6.0, 5.0, 4.0, 4.5]).unwrap();
        assert!(falling.slope < 0.0 && falling.p < 0.01, "{falling:?}");
    }

    #[test]
    fn what_is_no_series_has_no_trend() {
        assert_eq!(trend(&[]), None);
        assert_eq!(trend(&[1.0, 2.0]), None);
        assert_eq!(trend(&[1.0, f64::NAN, 2.0]), None);
        assert_eq!(trend(&[f64::MIN, f64::MAX, 0.0]), None);
    }
}
