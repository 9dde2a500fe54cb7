//! The distribution of Mann & Whitney's U: of all m·n pairs of one value from either of two runs, how many have the
//! value of the second run at or below that of the first.
//!
//! Counted here, exactly: the exact test of statrs 0.19.1 walks through all C(m + n, m) arrangements, which takes
//! minutes from 16 values a side on, gives the complement of the tail where m ≤ n (five values all below five others:
//! 0.996 for 1 ÷ 252), and knows no quantile, which the interval takes.

use statrs::distribution::{ContinuousCDF, Normal};

/// The number of pairs up to which the distribution is counted; beyond, the error of the normal approximation is below
/// 0.001.
const COUNTED: usize = 1000;

/// The distribution of U if both runs are alike.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Null {
    /// P(U = u) for each u from 0.
    Exact(Vec<f64>),
    /// Mean and standard deviation for many values.
    Normal(f64, f64),
}

impl Null {
    /// Of `m` values against `n`.
    pub(crate) fn of(m: usize, n: usize) -> Null {
        let pairs = m.saturating_mul(n);
        if pairs <= COUNTED {
            return Null::Exact(counted(m, n));
        }
        // Hollander, Wolfe & Chicken, 3rd ed., eq. 4.8: without ties, which would only narrow it.
        let pairs = pairs as f64;
        Null::Normal(pairs / 2.0, (pairs * (m as f64 + n as f64 + 1.0) / 12.0).sqrt())
    }

    /// P(U ≤ `count`).
    pub(crate) fn at_most(&self, count: usize) -> f64 {
        match self {
            Null::Exact(each) => each.iter().take(count.saturating_add(1)).sum::<f64>().min(1.0),
            // With a continuity correction of half a step, since U is a whole number.
            Null::Normal(mean, deviation) => Normal::standard().cdf((count as f64 + 0.5 - mean) / deviation),
        }
    }
}

/// P(U = u) by Mann & Whitney's recurrence (Ann. Math. Stat. 18, 1947, eq. 1): the greatest of all values is of the
/// first run in m of m + n arrangements, and then adds n pairs; else it is of the second and adds none. Sums of
/// positive terms alone, so that nothing cancels.
fn counted(m: usize, n: usize) -> Vec<f64> {
    // rows[j]: the distribution for i values of the first against j of the second, i growing.
    let mut rows: Vec<Vec<f64>> = vec![vec![1.0]; n + 1];
    for i in 1..=m {
        let mut next: Vec<Vec<f64>> = vec![vec![1.0]];
        for j in 1..=n {
            let share = i as f64 / (i + j) as f64;
            let with_first = |u: usize| u.checked_sub(j).and_then(|u| rows[j].get(u)).copied().unwrap_or(0.0);
            let with_second = |u: usize| next[j - 1].get(u).copied().unwrap_or(0.0);
            let row = (0..=i * j).map(|u| share * with_first(u) + (1.0 - share) * with_second(u)).collect();
            next.push(row);
        }
        rows = next;
    }
    rows.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_values_are_those_of_the_published_table() {
        // Conover, table A7, and every other book: the greatest U at which a two-sided test at 5 % rejects.
        for (m, n, critical) in [(4, 4, 0), (5, 5, 2), (5, 8, 6), (6, 6, 5), (8, 8, 13), (10, 10, 23), (20, 20, 127)] {
            let null = Null::of(m, n);
            assert!(null.at_most(critical) <= 0.025 && null.at_most(critical + 1) > 0.025, "{m} against {n}");
        }
    }

    #[test]
    fn it_counts_what_an_enumeration_counts() {
        // Every choice of which ranks the first run has, as bits.
        for (m, n) in [(1, 1), (3, 2), (4, 4), (2, 7), (6, 5)] {
            let mut counts = vec![0.0; m * n + 1];
            for ranks in (0..1_u32 << (m + n)).filter(|ranks| ranks.count_ones() as usize == m) {
                let below = |at: usize| (0..at).filter(|other| ranks & 1 << other == 0).count();
                let u: usize = (0..m + n).filter(|at| ranks & 1 << at != 0).map(below).sum();
                counts[u] += 1.0;
            }
            let all: f64 = counts.iter().sum();
            for (u, share) in counted(m, n).into_iter().enumerate() {
                assert!((share - counts[u] / all).abs() < 1e-12, "{m}, {n}: U = {u}");
            }
        }
    }

    #[test]
    fn the_approximation_goes_on_where_counting_ends() {
        let Null::Normal(mean, deviation) = Null::of(40, 40) else { panic!("counted") };
        let (exact, near) = (Null::Exact(counted(40, 40)), Null::Normal(mean, deviation));
        for count in [560, 597, 700, 800] {
            assert!((exact.at_most(count) - near.at_most(count)).abs() < 1e-3, "{count}");
        }
    }
}
