//! The tables of how cells scale with concurrency, where a run swept it.

use analysis::row::Figures;
use analysis::scaling::{cells, per_connection_kib, stops, sweeps};
use analysis::summary::Summary;
use comfy_table::{CellAlignment, Table};
use measure::result::RunInfo;

use crate::format::number;
use crate::row_text::per_second;
use crate::table_style::STYLE;

/// One table per kind of connection and path that ran at two concurrencies or more.
pub fn tables(run: &RunInfo, summaries: &[Summary]) -> Vec<String> {
    sweeps(summaries).iter().map(|(_, sweep)| draw(run, sweep)).collect()
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
        table.add_row(
            [cell.to_string()].into_iter().chain(rates).chain([
                per_connection_kib(sweep, &figures).map_or_else(String::new, number),
                threads.map_or_else(String::new, number),
                stops(run, sweep, &cell)
                    .map_or_else(String::new, |(concurrency, why)| format!("at c = {concurrency}: {why}")),
            ]),
        );
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let path = &sweep.first().map(|summary| summary.workload.path.to_string()).unwrap_or_default();
    format!("scaling of GET {path}\n{table}")
}
