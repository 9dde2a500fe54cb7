//! The sign test's distribution: of n pairs, how many fall on one side of the true median.

use statrs::distribution::{Binomial, DiscreteCDF};

/// P(at most `count` of `n` values lie below the true median), whatever they are distributed like: each does so with a
/// probability of ½ (Conover, Practical Nonparametric Statistics, 3rd ed., §3.4). 1 where there are no values.
pub(crate) fn at_most(count: usize, n: usize) -> f64 {
    // With these arguments there is such a distribution; where there were none, nothing would be claimed.
    Binomial::new(0.5, n as u64).map_or(1.0, |below| below.cdf(count as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_binomial_distribution() {
        // Conover, table A3, p = 0.5.
        for (count, n, published) in [(0, 6, 0.0156), (1, 9, 0.0195), (1, 10, 0.0107), (5, 20, 0.0207), (9, 20, 0.4119)]
        {
            assert!((at_most(count, n) - published).abs() < 5e-5, "{count} of {n}: {}", at_most(count, n));
        }
        assert_eq!((at_most(3, 0), at_most(7, 7)), (1.0, 1.0));
    }
}
