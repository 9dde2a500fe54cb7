//! The verdict on two figures: which is better, that neither is, or why none can be given.

use std::fmt;

use serde::{Serialize, Serializer};
use stats::Order;

use super::metric::Metric;

/// The verdict on the new figure compared with the base.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Less time, or more per second.
    Faster,
    /// More time, or less per second.
    Slower,
    /// Less memory.
    Smaller,
    /// More memory.
    Larger,
    /// Enough rounds, and no difference beyond chance or the effect of code layout.
    Tie,
    /// Inconclusive.
    Unknown(Unknown),
}

/// Why a comparison is inconclusive.
#[derive(Debug, Clone, PartialEq)]
pub enum Unknown {
    /// Even the clearest difference would not be significant.
    TooFewRounds {
        /// Rounds that both sides have, or the side that has fewer.
        have: usize,
        /// The rounds needed.
        need: usize,
        /// The number of comparisons made at once.
        comparisons: usize,
    },
    /// No round counts on both sides.
    NoCommonRound,
    /// A trial lacks the figure, or has 0, which counts as not measured.
    NotMeasured,
    /// The origin was the limit: the client could have done more.
    OriginBound,
    /// Its figures are never compared: a library with its own defaults, an external program, or no ledger as proof.
    Terms(&'static str),
}

impl Verdict {
    /// The verdict of a difference in that direction.
    pub(super) fn of(order: Order, metric: Metric) -> Verdict {
        match (order, metric) {
            (Order::Less, Metric::Rss) => Verdict::Smaller,
            (Order::More, Metric::Rss) => Verdict::Larger,
            (Order::More, Metric::Rate) => Verdict::Faster,
            (Order::Less, Metric::Rate) => Verdict::Slower,
            (Order::Less, _) => Verdict::Faster,
            (Order::More, _) => Verdict::Slower,
            (Order::Tie | Order::Unknown, _) => Verdict::Tie,
        }
    }

    /// Its word in tables and data.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Faster => "faster",
            Verdict::Slower => "slower",
            Verdict::Smaller => "smaller",
            Verdict::Larger => "larger",
            Verdict::Tie => "tie",
            Verdict::Unknown(_) => "unknown",
        }
    }

    /// The reason, if it is inconclusive.
    pub fn unknown(&self) -> Option<&Unknown> {
        match self {
            Verdict::Unknown(why) => Some(why),
            _ => None,
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::TooFewRounds { have, need, comparisons: 1 } => {
                write!(f, "a comparison needs {need} rounds, this has {have}")
            }
            Unknown::TooFewRounds { have, need, comparisons } => {
                write!(f, "{comparisons} comparisons at once need {need} rounds, these have {have}")
            }
            Unknown::NoCommonRound => f.write_str("no round of both sides counts"),
            Unknown::NotMeasured => f.write_str("not measured in every round"),
            Unknown::OriginBound => f.write_str("the origin was the limit: a rate that it limits is not ranked"),
            Unknown::Terms(why) => f.write_str(why),
        }
    }
}
