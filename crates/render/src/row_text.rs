//! Words of a row that several tables share: its rate, and the marks of what happened to its trials.

use analysis::drift::is_unsteady;
use analysis::row::{Figures, Row};
use measure::result::Flag;

use crate::format::number;

/// A rate that the origin limited is a lower bound.
pub(crate) fn per_second(row: &Row, figures: &Figures) -> String {
    let bound = if row.flags.contains(&Flag::OriginBound) { "≥ " } else { "" };
    format!("{bound}{}{}", number(figures.per_second.median), marks(row))
}

/// What the network did to the trial, and whether it ever settled. That the client's CPUs were full is the rule and
/// stands in the data alone; the other flags have marks of their own.
pub(crate) fn marks(row: &Row) -> String {
    let of_network = [Flag::TimeWait, Flag::ListenOverflow];
    let seen = of_network.iter().filter(|flag| row.flags.contains(flag)).map(|flag| flag.mark());
    let marks: Vec<&str> = seen.chain(is_unsteady(row).then_some("not steady")).collect();
    if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) }
}
