//! The gate: the bound beyond which a comparison fails a build.

use serde::Serialize;
use stats::{LEVEL, holm};
use workload::Cell;

use super::metric::Metric;
use super::row::Row;
use super::verdict::Unknown;

/// The result of the gate.
#[derive(Debug, Clone, Serialize)]
pub struct Gate {
    /// By how much a figure may be worse, percent.
    pub above_percent: f64,
    /// Comparisons whose whole interval is beyond it.
    pub failed: Vec<Past>,
    /// Number of comparisons that were checked.
    pub judged: usize,
    /// Why others could not be checked, and how many for each reason.
    pub undecided: Vec<Undecided>,
    /// The overall outcome.
    pub outcome: Outcome,
}

/// The overall outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Each comparison could have failed, and none did.
    Passed,
    /// At least one did.
    Failed,
    /// None failed, and some could not have: nothing is proven.
    Undecided,
}

/// A comparison beyond the bound.
#[derive(Debug, Clone, Serialize)]
pub struct Past {
    /// The section.
    pub section: String,
    /// The cell.
    pub cell: Cell,
    /// The figure.
    pub metric: Metric,
    /// By how much it is worse at the median, percent.
    pub worse_percent: f64,
    /// By how much at least, by the interval, percent.
    pub least_percent: f64,
    /// The p-value of being within the bound: one-sided, doubled, with Holm's correction.
    pub p_holm: f64,
}

/// Comparisons that could not be checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Undecided {
    /// Why.
    pub reason: String,
    /// How many.
    pub comparisons: usize,
    /// Whether they cannot be checked in principle: rates limited by the origin, rows that are never compared.
    pub by_nature: bool,
}

impl Gate {
    /// Checks every row against a bound of `above_percent`.
    pub(super) fn of(rows: &[Row], above_percent: f64) -> Gate {
        let bound = 1.0 + above_percent / 100.0;
        let able: Vec<&Row> = rows.iter().filter(|row| row.verdict.unknown().is_none()).collect();
        let ps: Vec<f64> = able.iter().map(|row| p_within(row, bound)).collect();
        let past = |(row, p_holm): (&&Row, f64)| past(row, bound, p_holm);
        let failed: Vec<Past> = able.iter().zip(holm(&ps)).filter_map(past).collect();
        let undecided = undecided(rows);
        let outcome = if !failed.is_empty() {
            Outcome::Failed
        } else if able.is_empty() || undecided.iter().any(|undecided| !undecided.by_nature) {
            Outcome::Undecided
        } else {
            Outcome::Passed
        };
        Gate { above_percent, failed, judged: able.len(), undecided, outcome }
    }
}

/// The p-value, doubled to be two-sided like all others, of being no worse than `bound`.
fn p_within(row: &Row, bound: f64) -> f64 {
    let one_sided = row.tested.as_ref().map_or(1.0, |ratio| match row.metric {
        Metric::Rate => ratio.p_below(1.0 / bound),
        _ => ratio.p_above(bound),
    });
    (2.0 * one_sided).min(1.0)
}

/// `Some` if the whole interval is beyond the bound, and beyond the effect of code layout.
fn past(row: &Row, bound: f64, p_holm: f64) -> Option<Past> {
    let ratio = row.ratio?;
    // The factor by which it is worse: for a rate, a lower value is worse.
    let (median, least) = match row.metric {
        Metric::Rate => (1.0 / ratio.median, 1.0 / ratio.high),
        _ => (ratio.median, ratio.low),
    };
    let beyond = least > bound.max(row.layout.unwrap_or(1.0));
    (beyond && p_holm <= LEVEL).then(|| Past {
        section: row.section.clone(),
        cell: row.cell.clone(),
        metric: row.metric,
        worse_percent: (median - 1.0) * 100.0,
        least_percent: (least - 1.0) * 100.0,
        p_holm,
    })
}

fn undecided(rows: &[Row]) -> Vec<Undecided> {
    let mut found: Vec<Undecided> = Vec::new();
    for why in rows.iter().filter_map(|row| row.verdict.unknown()) {
        let reason = why.to_string();
        match found.iter_mut().find(|other| other.reason == reason) {
            Some(other) => other.comparisons += 1,
            None => {
                let by_nature = matches!(why, Unknown::OriginBound | Unknown::Terms(_));
                found.push(Undecided { reason, comparisons: 1, by_nature });
            }
        }
    }
    found
}
