//! Two cells held against each other: by pairs of rounds where the rounds of both alternated, as samples of their own
//! where they did not.

use measure::result::Order;
use stats::{Estimate, Ratio, shift};

use crate::row::{Round, Row};

/// What one cell takes more than another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// `new − base`, in the figure's own unit.
    pub added: Estimate,
    /// `new ÷ base`.
    pub ratio: Estimate,
}

/// Holds a figure of `new` against that of `base`. `None` for rows that may not be compared, and for those that have no
/// round, or in pairs no common one.
pub fn compare(base: &Row, new: &Row, figure: fn(&Round) -> f64, order: Order) -> Option<Comparison> {
    if !base.compares() || !new.compares() {
        return None;
    }
    match order {
        Order::Interleaved => {
            let of_base = |number| base.rounds.iter().find(|round| round.number == number);
            let pair = |round: &Round| Some((figure(of_base(round.number)?), figure(round)));
            let pairs: Vec<(f64, f64)> = new.rounds.iter().filter_map(pair).collect();
            Some(Comparison { added: Estimate::of_differences(&pairs)?, ratio: Estimate::of_ratios(&pairs)? })
        }
        Order::Blocks => {
            let of = |row: &Row| row.rounds.iter().map(figure).collect::<Vec<f64>>();
            let (base, new) = (of(base), of(new));
            Some(Comparison { added: shift(&base, &new)?, ratio: Ratio::unpaired(&base, &new)?.estimate() })
        }
    }
}
