//! How cells scale with concurrency, where a run swept it: throughput by C, memory per connection, and where a model
//! stops.

use std::collections::BTreeSet;

use analysis::row::Figures;
use analysis::summary::Summary;
use comfy_table::{CellAlignment, Table};
use measure::result::RunInfo;
use workload::{Cell, Concurrency};

use crate::format::number;
use crate::table::{STYLE, per_second};

/// One table per kind of connection and path that ran at two concurrencies or more.
pub fn tables(run: &RunInfo, summaries: &[Summary]) -> Vec<String> {
    sweeps(summaries).iter().map(|(_, sweep)| draw(run, sweep)).collect()
}

/// Sections that differ in nothing but concurrency, where there are two or more, with what they have in common.
pub(crate) fn sweeps(summaries: &[Summary]) -> Vec<(String, Vec<&Summary>)> {
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

/// What makes sections one sweep: all but the concurrency.
fn key(summary: &Summary) -> (String, String) {
    let kind = summary.rows.first().map_or_else(String::new, |row| row.cell.connection.to_string());
    let path = &summary.workload.path;
    (kind, summary.workload.rate.map_or_else(|| path.to_string(), |rate| format!("{path} at {rate}/s")))
}

fn draw(run: &RunInfo, sweep: &[&Summary]) -> String {
    let mut table = Table::new();
    table.load_style(STYLE);
    let columns = sweep.iter().map(|summary| format!("c = {}\nreq/s", summary.workload.concurrency));
    let header = ["cell".to_owned()].into_iter().chain(columns);
    let most = "KiB per\nconnection".to_owned();
    table.set_header(header.chain([most, "threads".to_owned(), "stops".to_owned()]));
    for cell in cells(sweep) {
        let at = |summary: &Summary| summary.row(&cell).and_then(|row| row.figures.clone());
        let figures: Vec<Option<Figures>> = sweep.iter().map(|summary| at(summary)).collect();
        let rates = sweep.iter().zip(&figures).map(|(summary, figures)| match (summary.row(&cell), figures) {
            (Some(row), Some(figures)) => per_second(row, figures),
            _ => "–".to_owned(),
        });
        let threads = figures.iter().flatten().filter_map(|figures| figures.threads).map(|most| most.median);
        let threads =
            threads.fold(None, |most: Option<f64>, threads| Some(most.map_or(threads, |most| most.max(threads))));
        table.add_row([cell.to_string()].into_iter().chain(rates).chain([
            per_connection(sweep, &figures).map_or_else(String::new, number),
            threads.map_or_else(String::new, number),
            stops(run, sweep, &cell).unwrap_or_default(),
        ]));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let path = &sweep.first().map(|summary| summary.workload.path.to_string()).unwrap_or_default();
    format!("scaling of GET {path}\n{table}")
}

/// Every cell of the sweep, those too that only ran at some concurrencies.
pub(crate) fn cells(sweep: &[&Summary]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for row in sweep.iter().flat_map(|summary| &summary.rows) {
        if !cells.contains(&row.cell) {
            cells.push(row.cell.clone());
        }
    }
    cells
}

/// Memory that one more connection takes, KiB: the slope between the least and the greatest concurrency that counts.
fn per_connection(sweep: &[&Summary], figures: &[Option<Figures>]) -> Option<f64> {
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
fn stops(run: &RunInfo, sweep: &[&Summary], cell: &Cell) -> Option<String> {
    let name = cell.to_string();
    let at = |c: Concurrency, why: &str| format!("at c = {c}: {why}");
    let left = run.left_out.iter().filter(|left| left.what == name);
    let left = left.filter_map(|left| Some((left.concurrency?, at(left.concurrency?, &left.why))));
    let failed = sweep.iter().filter_map(|summary| {
        let row = summary.row(cell)?;
        let why = row.invalid.keys().next()?;
        row.figures.is_none().then(|| (summary.workload.concurrency, at(summary.workload.concurrency, why)))
    });
    left.chain(failed).min_by_key(|(concurrency, _)| *concurrency).map(|(_, why)| why)
}
