//! A figure of a cell: a median over rounds with its interval.

use serde::Serialize;
use stats::{Estimate, Interval};

/// A median with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// The median over rounds.
    pub median: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
    /// Whether the interval contains the true median with 95 % confidence; otherwise it is the range of too few rounds.
    pub confident: bool,
}

impl From<Estimate> for Figure {
    fn from(estimate: Estimate) -> Figure {
        let Estimate { median, low, high, interval } = estimate;
        Figure { median, low, high, confident: interval == Interval::Confidence95 }
    }
}
