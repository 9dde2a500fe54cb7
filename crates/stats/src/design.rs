//! The design of a comparison: in pairs that share a round, or apart; and which differences that many rounds can show.

use crate::mann_whitney::Null;
use crate::sign_test;

/// The significance level: the share of claimed differences that are wrong if there is none.
pub const LEVEL: f64 = 0.05;

/// How two sides were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// Both sides ran in each round, so that drift affects both.
    Paired {
        /// How many rounds both have.
        rounds: usize,
    },
    /// Each side ran separately.
    Unpaired {
        /// Rounds of the base.
        base: usize,
        /// Rounds of the new one.
        new: usize,
    },
}

impl Design {
    /// The smallest two-sided p-value that this many rounds can give, however far apart the sides are.
    pub fn least_p(self) -> f64 {
        match self {
            Design::Paired { rounds } => least_paired(rounds),
            Design::Unpaired { base, new } => least_unpaired(base, new),
        }
    }

    /// The least number of rounds (of each side, if they ran apart) with which one of `comparisons` made at once can be
    /// significant at [`LEVEL`] after [Holm](crate::holm): 6 for one comparison in pairs, 12 for 72 of them.
    pub fn least_rounds(self, comparisons: usize) -> usize {
        let told = |rounds: &usize| {
            let least = match self {
                Design::Paired { .. } => least_paired(*rounds),
                Design::Unpaired { .. } => least_unpaired(*rounds, *rounds),
            };
            least * comparisons as f64 <= LEVEL
        };
        // 2⁻⁶⁴ is the inverse of the largest possible number of comparisons.
        (1..72).find(told).unwrap_or(72)
    }

    /// Whether a verdict is possible with `comparisons` at once.
    pub fn suffices(self, comparisons: usize) -> bool {
        self.least_p() * comparisons as f64 <= LEVEL
    }

    /// The distribution of the number of quotients at or below the true ratio.
    pub(crate) fn null(self) -> Below {
        match self {
            Design::Paired { rounds } => Below::Sign(rounds),
            Design::Unpaired { base, new } => Below::MannWhitney(Null::of(base, new)),
        }
    }
}

/// The distribution of a count, from which both tests and intervals are derived.
#[derive(Debug, Clone)]
pub(crate) enum Below {
    Sign(usize),
    MannWhitney(Null),
}

impl Below {
    /// P(at most `count` quotients are at or below the true ratio).
    pub(crate) fn at_most(&self, count: usize) -> f64 {
        match self {
            Below::Sign(rounds) => sign_test::at_most(count, *rounds),
            Below::MannWhitney(null) => null.at_most(count),
        }
    }
}

/// All pairs on one side: 2·2⁻ⁿ.
fn least_paired(rounds: usize) -> f64 {
    (2.0 * 0.5_f64.powi(i32::try_from(rounds).unwrap_or(i32::MAX))).min(1.0)
}

/// All values of one side below all of the other: 2 of C(m + n, n) arrangements.
fn least_unpaired(base: usize, new: usize) -> f64 {
    let (few, many) = (base.min(new), base.max(new));
    let share: f64 = (1..=few).map(|i| i as f64 / (many + i) as f64).product();
    (2.0 * share).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRED: Design = Design::Paired { rounds: 10 };
    const APART: Design = Design::Unpaired { base: 10, new: 10 };

    #[test]
    fn more_comparisons_at_once_take_more_rounds() {
        let paired = [1, 2, 10, 72].map(|comparisons| PAIRED.least_rounds(comparisons));
        assert_eq!(paired, [6, 7, 9, 12]);
        // 2 ÷ C(8, 4) = 0.029; 2 ÷ C(14, 7) · 72 = 0.042.
        assert_eq!([1, 72].map(|comparisons| APART.least_rounds(comparisons)), [4, 7]);
        assert_eq!(PAIRED.least_rounds(usize::MAX), 70);
        assert!(PAIRED.suffices(25) && !PAIRED.suffices(26), "2·2⁻¹⁰·25 = 0.0488");
    }

    #[test]
    fn the_least_p_is_that_of_the_distribution() {
        for design in [PAIRED, APART, Design::Unpaired { base: 3, new: 8 }] {
            assert!((design.least_p() - 2.0 * design.null().at_most(0)).abs() < 1e-12, "{design:?}");
        }
        assert_eq!(Design::Paired { rounds: 0 }.least_p(), 1.0);
        assert_eq!(Design::Unpaired { base: 0, new: 4 }.least_p(), 1.0);
    }
}
