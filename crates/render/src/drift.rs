//! The lines below a table that name unsteady cells.

use analysis::row::{Drift, Row};
use analysis::summary::Summary;

/// A line for each unsteady row.
pub(crate) fn lines(summary: &Summary) -> Vec<String> {
    let told = |row: &Row| {
        let Drift { change, drifted, .. } = row.drift.filter(|drift| !drift.steady)?;
        let direction = if change < 0.0 { "falls" } else { "rises" };
        let share = change.abs() * 100.0;
        Some(format!(
            "not steady: {}: latency {direction} by {share:.0} % while a trial runs (it does in {drifted} of {} \
             rounds): more requests a trial (-n) would tell what it settles at",
            row.cell, row.counted
        ))
    };
    summary.rows.iter().filter_map(told).collect()
}
