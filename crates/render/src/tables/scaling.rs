//! How cells scale with concurrency, for a run that varied it: for a terminal.

use analysis::row::Figures;
use analysis::scaling::{cells, per_connection_kib, stops, sweeps};
use analysis::summary::Summary;
use measure::result::RunInfo;
use workload::Cell;

use crate::format::number;
use crate::row_text::per_second;
use crate::table::column::{Column, table};
use crate::table::terminal;

/// One table per kind of connection and path that ran at two concurrencies or more.
pub fn tables(run: &RunInfo, summaries: &[Summary]) -> Vec<String> {
    sweeps(summaries).iter().map(|(_, sweep)| draw(run, sweep)).collect()
}

/// A cell, with its figures at each concurrency.
struct Line {
    cell: Cell,
    figures: Vec<Option<Figures>>,
}

fn draw(run: &RunInfo, sweep: &[&Summary]) -> String {
    let mut columns = vec![Column::new("cell", |line: &Line| line.cell.to_string())];
    columns.extend(sweep.iter().map(|summary| {
        Column::new(format!("c = {}\nreq/s", summary.workload.concurrency), move |line: &Line| {
            let row = summary.row(&line.cell);
            let rate = row.and_then(|row| Some(per_second(row, row.figures.as_ref()?)));
            rate.unwrap_or_else(|| "–".to_owned())
        })
        .right()
    }));
    columns.extend([
        Column::new("KiB per\nconnection", |line: &Line| per_connection_kib(sweep, &line.figures))
            .number(number)
            .right(),
        Column::new("threads", |line: &Line| {
            let threads = line.figures.iter().flatten().filter_map(|figures| figures.threads);
            threads.map(|most| most.median).reduce(f64::max)
        })
        .number(number)
        .right(),
        Column::new("stops", |line: &Line| {
            let stop = stops(run, sweep, &line.cell);
            stop.map(|(concurrency, why)| format!("at c = {concurrency}: {why}"))
        })
        .right(),
    ]);
    let lines = cells(sweep).into_iter().map(|cell| {
        let figures = sweep.iter().map(|summary| summary.row(&cell).and_then(|row| row.figures.clone())).collect();
        Line { cell, figures }
    });
    let path = sweep.first().map(|summary| summary.workload.path.to_string()).unwrap_or_default();
    format!("scaling of GET {path}\n{}", terminal::draw(&table(&columns, lines)))
}
