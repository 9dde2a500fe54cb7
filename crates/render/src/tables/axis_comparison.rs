//! Cells that differ in one parameter on purpose, each compared with the same cell at the default: for a terminal, for
//! the page and for Markdown.

use analysis::summary::{AxisDelta, Summary};
use workload::Cell;

use crate::format::number;
use crate::table::column::{Column, pick, table};
use crate::table::{Table, terminal as writer};

/// A cell that is compared with another, in its section.
struct Line<'a> {
    section: &'a str,
    held: &'a AxisDelta,
}

/// The columns, with the titles of the page.
fn columns<'a>() -> Vec<Column<'a, Line<'a>>> {
    vec![
        Column::new("section", |line: &Line<'_>| line.section),
        Column::new("cell", |line: &Line<'_>| line.held.cell.to_string()),
        Column::new("against", |line: &Line<'_>| differs(&line.held.cell, &line.held.base)),
        Column::new("client, µs", |line: &Line<'_>| line.held.client_added_us).interval(signed),
        Column::new("client, ×", |line: &Line<'_>| line.held.client_ratio).interval(times),
        Column::new("origin, µs", |line: &Line<'_>| line.held.origin_added_us).interval(signed),
        Column::new("origin, ×", |line: &Line<'_>| line.held.origin_ratio).interval(times),
    ]
}

/// The columns on a terminal, with their titles there. Figures are aligned to the right.
const TERMINAL: [(&str, &str); 6] = [
    ("cell", "cell"),
    ("against", "against"),
    ("client, µs", "client CPU\nµs/req"),
    ("client, ×", ""),
    ("origin, µs", "origin CPU\nµs/req"),
    ("origin, ×", ""),
];

fn lines(summary: &Summary) -> impl Iterator<Item = Line<'_>> {
    summary.varied.iter().map(|held| Line { section: &summary.section, held })
}

/// The table of a section for a terminal; `None` if nothing varies.
pub fn terminal(summary: &Summary) -> Option<String> {
    if summary.varied.is_empty() {
        return None;
    }
    let columns = pick(columns(), &TERMINAL.map(|(name, _)| name)).into_iter().zip(TERMINAL).enumerate();
    let columns = columns.map(|(at, (column, (_, title)))| {
        let column = column.titled(title);
        if at < 2 { column } else { column.right() }
    });
    let table = table(&columns.collect::<Vec<_>>(), lines(summary));
    Some(format!("{}: the same cells, one thing changed\n{}", summary.section, writer::draw(&table)))
}

/// The table of all sections for the page and for Markdown; without rows if nothing varies.
pub(crate) fn page(summaries: &[Summary]) -> Table {
    table(&columns(), summaries.iter().flat_map(lines)).titled(
        "varied",
        "One thing changed",
        "Cells that differ on purpose, each compared with itself with the usual value, paired by round: CPU µs per \
         request added at the client and at the origin, and the ratios, with their intervals.",
    )
}

/// The base's value of the parameter in which the two differ.
fn differs(cell: &Cell, base: &Cell) -> String {
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

fn signed(median: f64, low: f64, high: f64) -> String {
    let text = |value: f64| format!("{}{}", if value < 0.0 { "−" } else { "+" }, number(value.abs()));
    format!("{} ({} to {})", text(median), text(low), text(high))
}

fn times(median: f64, low: f64, high: f64) -> String {
    format!("×{median:.2} ({low:.2}–{high:.2})")
}
