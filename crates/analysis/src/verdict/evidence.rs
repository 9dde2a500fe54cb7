//! What a figure in a sentence rests on.

use stats::{ENOUGH_ROUNDS, Estimate, Interval};

use crate::figure::Figure;

/// A figure with the number of rounds that it is the median of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The median with its interval, or with the range of its rounds.
    pub figure: Figure,
    /// Rounds; of two sides, the rounds that both have.
    pub rounds: usize,
}

impl Evidence {
    /// A figure of so many rounds.
    pub fn of(figure: Figure, rounds: usize) -> Evidence {
        Evidence { figure, rounds }
    }

    /// A figure that was measured once.
    pub fn once(value: f64) -> Evidence {
        Evidence { figure: Figure { median: value, low: value, high: value, confident: false }, rounds: 1 }
    }

    /// Whether a sentence may claim it: its interval holds the true value with 95 %, and is of enough rounds.
    pub fn claims(&self) -> bool {
        self.figure.confident && self.rounds >= ENOUGH_ROUNDS
    }

    /// Whether it may be claimed to be more than `bound`.
    pub fn is_above(&self, bound: f64) -> bool {
        self.claims() && self.figure.low > bound
    }

    /// Whether it may be claimed to be less than `bound`.
    pub fn is_below(&self, bound: f64) -> bool {
        self.claims() && self.figure.high < bound
    }

    /// The same figure below zero turned into one above.
    #[must_use]
    pub fn negated(&self) -> Evidence {
        let Figure { median, low, high, confident } = self.figure;
        Evidence { figure: Figure { median: -median, low: -high, high: -low, confident }, ..*self }
    }

    /// How much less `new` is than `base`, of two figures that were not measured in pairs.
    pub(super) fn less(base: &Evidence, new: &Evidence) -> Evidence {
        let less = Estimate::difference(&base.estimate(), &new.estimate());
        Evidence::of(less.into(), base.rounds.min(new.rounds))
    }

    /// `base` ÷ `new`, of the same; `None` where `new` may be 0.
    pub(super) fn times(base: &Evidence, new: &Evidence) -> Option<Evidence> {
        let times = Estimate::quotient(&base.estimate(), &new.estimate())?;
        Some(Evidence::of(times.into(), base.rounds.min(new.rounds)))
    }

    fn estimate(&self) -> Estimate {
        let Figure { median, low, high, confident } = self.figure;
        let interval = if confident { Interval::Confidence95 } else { Interval::Range };
        Estimate { median, low, high, interval }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rounds_claim_nothing_whatever_their_interval() {
        let figure = Figure { median: 2.0, low: 1.0, high: 3.0, confident: true };
        // Four rounds against four give an interval where sides are not paired.
        assert!(!Evidence::of(figure, 4).claims() && Evidence::of(figure, ENOUGH_ROUNDS).claims());
        assert!(!Evidence::of(Figure { confident: false, ..figure }, 10).claims());
        assert!(Evidence::of(figure, 6).is_above(0.9) && !Evidence::of(figure, 6).is_above(1.0));
        assert!(Evidence::of(figure, 6).is_below(3.1) && Evidence::of(figure, 6).negated().is_below(0.0));
    }

    #[test]
    fn what_was_not_paired_is_as_far_apart_as_both_intervals_allow() {
        let of = |median, low, high| Evidence::of(Figure { median, low, high, confident: true }, 10);
        let (base, new) = (of(20.0, 18.0, 22.0), of(4.0, 2.0, 5.0));
        let less = Evidence::less(&base, &new).figure;
        assert_eq!((less.low, less.median, less.high), (13.0, 16.0, 20.0));
        assert_eq!(Evidence::times(&base, &new).unwrap().figure.median, 5.0);
        assert_eq!(Evidence::times(&base, &of(0.0, 0.0, 0.0)), None);
    }
}
