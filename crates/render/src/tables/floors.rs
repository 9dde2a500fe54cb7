//! How far cells are from the least that their work can cost here: for the page and for Markdown.

use analysis::figure::Figure;
use analysis::row::{Figures, Floors, Row};
use analysis::summary::Summary;

use crate::format::ranged;
use crate::table::Table;
use crate::table::column::{Column, table};

/// A cell with its ratios to the floors, or a floor, which has none.
struct Line<'a> {
    section: &'a str,
    row: &'a Row,
    figures: &'a Figures,
}

/// All ratios, followed by the floors themselves; without rows if no floor ran.
pub(crate) fn page(summaries: &[Summary]) -> Table {
    let distance = |title: &str, pick: fn(Floors) -> Option<Figure>| {
        Column::new(title, move |line: &Line<'_>| line.figures.floors.and_then(pick))
            .interval(|median, low, high| format!("×{median:.2} ({low:.2}–{high:.2})"))
    };
    let columns = [
        Column::new("section", |line: &Line<'_>| line.section),
        Column::new("cell", |line: &Line<'_>| line.row.cell.to_string()),
        Column::new("client CPU, µs", |line: &Line<'_>| line.figures.client_us).interval(ranged),
        distance("TLS ÷ memory", |floors| floors.tls),
        distance("TLS ÷ primitives", |floors| floors.primitives),
        distance("plain ÷ sockets", |floors| floors.net),
    ];
    table(&columns, summaries.iter().flat_map(lines)).titled(
        "floors",
        "How far from the least",
        "What TLS adds to a request, over the client's part of the same handshake in memory and over its cryptographic \
         primitives alone; and what the plain request costs over bare system calls. All of one run, paired by round; \
         ×1 is the floor itself. The floors stand behind, in CPU µs.",
    )
}

fn lines(summary: &Summary) -> impl Iterator<Item = Line<'_>> {
    let measured = summary.rows.iter().filter(|row| row.figures.as_ref().is_some_and(|f| f.floors.is_some()));
    measured.chain(&summary.floors).filter_map(|row| {
        let figures = row.figures.as_ref()?;
        Some(Line { section: &summary.section, row, figures })
    })
}
