//! How cells scale with concurrency, in a run that varied it: which sections form a sweep, the memory per connection,
//! and where a model stops.

use std::collections::BTreeSet;

use measure::result::RunInfo;
use workload::{Cell, Concurrency};

use crate::row::Figures;
use crate::summary::Summary;

/// Groups of two or more sections that differ only in concurrency, each with a name for what they have in common.
pub fn sweeps(summaries: &[Summary]) -> Vec<(String, Vec<&Summary>)> {
    let mut sweeps: Vec<((String, String), Vec<&Summary>)> = Vec::new();
    for summary in summaries {
        let key = key(summary);
        match sweeps.iter_mut().find(|(known, _)| *known == key) {
            Some((_, sweep)) => sweep.push(summary),
            None => sweeps.push((key, vec![summary])),
        }
    }
    let concurrency = |summary: &&Summary| summary.workload.concurrency;
    sweeps.retain(|(_, sweep)| sweep.iter().map(concurrency).collect::<BTreeSet<_>>().len() > 1);
    sweeps.into_iter().map(|((kind, path), sweep)| (format!("{kind} of {path}"), sweep)).collect()
}

/// The key that sections of one sweep share: everything but the concurrency.
fn key(summary: &Summary) -> (String, String) {
    let kind = summary.rows.first().map_or_else(String::new, |row| row.cell.connection.to_string());
    let path = &summary.workload.path;
    (kind, summary.workload.rate.map_or_else(|| path.to_string(), |rate| format!("{path} at {rate}/s")))
}

/// Every cell of the sweep, including those that only ran at some concurrencies.
pub fn cells(sweep: &[&Summary]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for row in sweep.iter().flat_map(|summary| &summary.rows) {
        if !cells.contains(&row.cell) {
            cells.push(row.cell.clone());
        }
    }
    cells
}

/// Memory per additional connection, KiB: the slope between the least and the greatest concurrency that counts.
/// `figures` are those of one cell, one for each section of the sweep.
pub fn per_connection_kib(sweep: &[&Summary], figures: &[Option<Figures>]) -> Option<f64> {
    let slots = |summary: &Summary| f64::from(summary.workload.slots());
    let mut points = sweep
        .iter()
        .zip(figures)
        .filter_map(|(summary, figures)| figures.as_ref().map(|figures| (slots(summary), figures.memory_bytes.median)));
    let (few, low) = points.next()?;
    let (many, high) = points.next_back()?;
    (many > few).then(|| (high - low).max(0.0) / (many - few) / 1024.0)
}

/// The least concurrency at which the cell could not run or did not count, and why.
pub fn stops(run: &RunInfo, sweep: &[&Summary], cell: &Cell) -> Option<(Concurrency, String)> {
    let name = cell.to_string();
    let left = run.left_out.iter().filter(|left| left.what == name);
    let left = left.filter_map(|left| Some((left.concurrency?, left.why.clone())));
    let failed = sweep.iter().filter_map(|summary| {
        let row = summary.row(cell)?;
        let why = row.invalid.keys().next()?;
        row.figures.is_none().then(|| (summary.workload.concurrency, why.clone()))
    });
    left.chain(failed).min_by_key(|(concurrency, _)| *concurrency)
}
