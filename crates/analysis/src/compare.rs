//! Compares two cells: by pairs of rounds if their rounds alternated, otherwise as independent samples.

use measure::result::TrialOrder;
use stats::{Estimate, Ratio, shift};

use crate::row::{Round, Row};

/// The difference in cost between two cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// `new − base`, in the figure's own unit.
    pub added: Estimate,
    /// `new ÷ base`.
    pub ratio: Estimate,
}

/// Compares a figure of `new` with that of `base`. `None` if the rows may not be compared, or have no round (for pairs,
/// no common round).
pub fn compare(base: &Row, new: &Row, figure: fn(&Round) -> f64, order: TrialOrder) -> Option<Comparison> {
    if !base.compares() || !new.compares() {
        return None;
    }
    match order {
        TrialOrder::Interleaved => {
            let of_base = |number| base.rounds.iter().find(|round| round.number == number);
            let pair = |round: &Round| Some((figure(of_base(round.number)?), figure(round)));
            let pairs: Vec<(f64, f64)> = new.rounds.iter().filter_map(pair).collect();
            Some(Comparison { added: Estimate::of_differences(&pairs)?, ratio: Estimate::of_ratios(&pairs)? })
        }
        TrialOrder::Blocks => {
            let of = |row: &Row| row.rounds.iter().map(figure).collect::<Vec<f64>>();
            let (base, new) = (of(base), of(new));
            Some(Comparison { added: shift(&base, &new)?, ratio: Ratio::unpaired(&base, &new)?.estimate() })
        }
    }
}
