//! The lines beneath a table that name trials which took far longer than the others of their cell.

use analysis::slow_trials::slow_trials;
use analysis::summary::Summary;

use crate::format::{number, time};

/// A line for each.
pub(crate) fn lines(summary: &Summary) -> Vec<String> {
    let of_row = |row: &analysis::row::Row| {
        let told = slow_trials(row).into_iter().map(|trial| {
            format!(
                "took long: {} in round {}: {}, {} times the median of its trials",
                row.cell,
                trial.round,
                time(trial.wall_ns),
                number(trial.times)
            )
        });
        told.collect::<Vec<_>>()
    };
    summary.rows.iter().flat_map(of_row).collect()
}
