//! The tables of cells that differ on purpose, each held against itself with the usual value: for a terminal, for the
//! page and for Markdown.

use analysis::figure::Figure;
use analysis::summary::{AxisDelta, Summary};
use comfy_table::{CellAlignment, Table};
use workload::Cell;

use crate::format::number;
use crate::page_table;
use crate::table_cell::TableCell;
use crate::table_style::STYLE;

/// The table of them for a terminal; `None` where nothing varies.
pub fn table(summary: &Summary) -> Option<String> {
    if summary.varied.is_empty() {
        return None;
    }
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_header(["cell", "against", "client CPU\nµs/req", "", "origin CPU\nµs/req", ""]);
    for held in &summary.varied {
        table.add_row([
            held.cell.to_string(),
            differs(&held.cell, &held.base),
            signed(&held.client_added_us),
            times(&held.client_ratio),
            held.origin_added_us.as_ref().map(signed).unwrap_or_default(),
            held.origin_ratio.as_ref().map(times).unwrap_or_default(),
        ]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    Some(format!("{}: the same cells, one thing changed\n{table}", summary.section))
}

/// The table of all sections for the page and for Markdown; without rows where nothing varies.
pub(crate) fn page_table(summaries: &[Summary]) -> page_table::Table {
    let held = summaries.iter().flat_map(|summary| summary.varied.iter().map(move |held| (summary, held)));
    let added = |figure: &Figure| TableCell::of(signed(figure), figure.median);
    let ratio = |figure: &Figure| TableCell::of(times(figure), figure.median);
    let row = |(summary, held): (&Summary, &AxisDelta)| {
        vec![
            TableCell::words(summary.section.clone()),
            TableCell::words(held.cell.to_string()),
            TableCell::words(differs(&held.cell, &held.base)),
            added(&held.client_added_us),
            ratio(&held.client_ratio),
            held.origin_added_us.as_ref().map_or_else(TableCell::empty, added),
            held.origin_ratio.as_ref().map_or_else(TableCell::empty, ratio),
        ]
    };
    page_table::Table {
        id: "varied",
        heading: "One thing changed",
        intro:
            "Cells that differ on purpose, each held against itself with the usual value, paired by round: CPU µs per \
                request added at the client and at the origin, and the ratios, with their intervals."
                .to_owned(),
        columns: ["section", "cell", "against", "client, µs", "client, ×", "origin, µs", "origin, ×"]
            .map(str::to_owned)
            .to_vec(),
        rows: held.map(row).collect(),
    }
}

/// What the base has where the two differ.
pub(crate) fn differs(cell: &Cell, base: &Cell) -> String {
    if cell.connection != base.connection {
        return base.connection.name().into_owned();
    }
    let values = |cell: &Cell| cell.axes.varied();
    let axes = cell.axes.differing(&base.axes);
    let named = axes.iter().map(|axis| {
        let value = values(base).into_iter().find(|(name, _)| name == axis).map(|(_, value)| value);
        value.map_or_else(|| format!("the usual {axis}"), |value| format!("{axis}={value}"))
    });
    named.collect::<Vec<_>>().join(", ")
}

pub(crate) fn signed(figure: &Figure) -> String {
    let sign = |value: f64| if value < 0.0 { "−" } else { "+" };
    let Figure { median, low, high, .. } = figure;
    let text = |value: f64| format!("{}{}", sign(value), number(value.abs()));
    format!("{} ({} to {})", text(*median), text(*low), text(*high))
}

pub(crate) fn times(figure: &Figure) -> String {
    format!("×{:.2} ({:.2}–{:.2})", figure.median, figure.low, figure.high)
}
