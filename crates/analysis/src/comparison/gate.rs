//! A bound that no comparison may lie past: what a build is failed by.

use serde::Serialize;
use stats::{LEVEL, holm};
use workload::Cell;

use super::metric::Metric;
use super::row::Row;
use super::verdict::Unknown;

/// What came of the bound.
#[derive(Debug, Clone, Serialize)]
pub struct Gate {
    /// By how much a figure may be worse, percent.
    pub above_percent: f64,
    /// Comparisons that lie wholly past it.
    pub failed: Vec<Past>,
    /// Comparisons that were held against it.
    pub judged: usize,
    /// Why others could not be, each reason with how many.
    pub undecided: Vec<Undecided>,
    /// What it all comes to.
    pub outcome: Outcome,
}

/// What it all comes to.
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

/// A comparison that lies past the bound.
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
    /// By how much at least, as far as the interval tells, percent.
    pub least_percent: f64,
    /// The one-sided p-value of lying within the bound, twice, corrected after Holm.
    pub p_holm: f64,
}

/// Comparisons that could not be held against the bound.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Undecided {
    /// Why.
    pub reason: String,
    /// How many.
    pub comparisons: usize,
    /// Whether they were never meant to be judged: rates that the origin bounds, rows that are compared with nothing.
    pub by_nature: bool,
}

impl Gate {
    /// Holds every row against a bound of so many percent.
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

/// The p-value, made two-sided as all others are, of being no worse than `bound`.
fn p_within(row: &Row, bound: f64) -> f64 {
    let one_sided = row.tested.as_ref().map_or(1.0, |ratio| match row.metric {
        Metric::Rate => ratio.p_below(1.0 / bound),
        _ => ratio.p_above(bound),
    });
    (2.0 * one_sided).min(1.0)
}

/// Where the whole interval is past the bound, and past what layout alone makes.
fn past(row: &Row, bound: f64, p_holm: f64) -> Option<Past> {
    let ratio = row.ratio?;
    // By what factor it is worse: of a rate, less is.
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
