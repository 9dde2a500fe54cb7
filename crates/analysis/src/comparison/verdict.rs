//! What is said of two figures: which is better, that neither is, or why nothing can be said.

use std::fmt;

use serde::{Serialize, Serializer};
use stats::Order;

use super::metric::Metric;

/// What is said of the new figure against the base.
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
    /// Enough rounds, and no difference told from chance, or from what layout alone makes.
    Tie,
    /// Nothing can be said.
    Unknown(Unknown),
}

/// Why nothing can be said.
#[derive(Debug, Clone, PartialEq)]
pub enum Unknown {
    /// Even the clearest difference would not be told from chance.
    TooFewRounds {
        /// Rounds that both sides have, or the side that has fewer.
        have: usize,
        /// Rounds that it takes.
        need: usize,
        /// Among so many comparisons at once.
        comparisons: usize,
    },
    /// Rounds of both sides that count, in pairs or at all.
    NoCommonRound,
    /// A trial has no such figure, or 0, which nothing costs.
    NotMeasured,
    /// The origin was the limit: the client could have done more.
    OriginBound,
    /// It is compared with nothing: as a library comes from the box, an existing program, or without a ledger's proof.
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

    /// The one word of tables and data.
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

    /// Why nothing can be said, where nothing can.
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
            Unknown::OriginBound => f.write_str("the origin was the limit: a rate that it bounds is not ranked"),
            Unknown::Terms(why) => f.write_str(why),
        }
    }
}
