//! The table of how far cells are from the least that their work can cost here, for the page and for Markdown.

use analysis::figure::Figure;
use analysis::row::{Floors, Row};
use analysis::summary::Summary;

use crate::format::with_interval;
use crate::page_table;
use crate::table_cell::TableCell;

/// The table of all distances for the page and for Markdown, the floors themselves behind; without rows where none ran.
pub(crate) fn page_table(summaries: &[Summary]) -> page_table::Table {
    let of_summary = |summary: &Summary| -> Vec<Vec<TableCell>> {
        let name = |row: &Row| vec![TableCell::words(summary.section.clone()), TableCell::words(row.cell.to_string())];
        let distance = |figure: Option<Figure>| {
            figure.map_or_else(TableCell::empty, |figure| {
                let Figure { median, low, high, .. } = figure;
                TableCell::of(format!("×{median:.2} ({low:.2}–{high:.2})"), median)
            })
        };
        let measured = summary.rows.iter().filter_map(|row| {
            let figures = row.figures.as_ref()?;
            let Floors { tls, primitives, net } = figures.floors?;
            let own = TableCell::of(with_interval(&figures.client_us), figures.client_us.median);
            Some([name(row), vec![own, distance(tls), distance(primitives), distance(net)]].concat())
        });
        let floors = summary.floors.iter().filter_map(|row| {
            let us = row.figures.as_ref()?.client_us;
            let own = TableCell::of(with_interval(&us), us.median);
            Some([name(row), vec![own, TableCell::empty(), TableCell::empty(), TableCell::empty()]].concat())
        });
        measured.chain(floors).collect()
    };
    page_table::Table {
        id: "floors",
        heading: "How far from the least",
        intro: "What TLS adds to a request, over the client's part of the same handshake in memory and over its \
                cryptographic primitives alone; and what the plain request costs over bare system calls. All of one \
                run, paired by round; ×1 is the floor itself. The floors stand behind, in CPU µs."
            .to_owned(),
        columns: ["section", "cell", "client CPU, µs", "TLS ÷ memory", "TLS ÷ primitives", "plain ÷ sockets"]
            .map(str::to_owned)
            .to_vec(),
        rows: summaries.iter().flat_map(of_summary).collect(),
    }
}
