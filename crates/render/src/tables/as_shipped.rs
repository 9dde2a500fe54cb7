//! The tables of libraries as they are shipped: what each costs with its own defaults, and what it negotiated with an
//! origin that supports everything. They stand beside the tables of pinned cells, which they are not compared with.

use analysis::row::{Row, Seen};
use analysis::summary::Summary;
use measure::result::Terms;

use super::cells::{name, one_connection};
use crate::format::{number, ranged, time};
use crate::row_text;
use crate::table::column::{Column, pick, table};
use crate::table::{Markup, Table};

/// The rows of a section that belong here.
fn rows(summary: &Summary) -> impl Iterator<Item = &Row> {
    summary.rows.iter().filter(|row| row.terms == Terms::Stock)
}

fn columns<'a>(summary: &'a Summary) -> Vec<Column<'a, &'a Row>> {
    let kind = one_connection(summary);
    let cost = |row: &&Row| row.figures.as_ref().map(|figures| figures.client_us);
    let of_ledger = |title: &str, pick: fn(&Seen) -> String| {
        Column::new(title, move |row: &&Row| row.seen.as_ref().map(pick).unwrap_or_default())
    };
    let handshakes = |pick: fn(&Seen) -> String| {
        move |row: &&Row| row.seen.as_ref().filter(|_| row.cell.is_tls()).map(pick).unwrap_or_default()
    };
    vec![
        Column::new("own defaults", move |row: &&Row| name(row, kind)).markdown(Markup::Code),
        Column::new("client CPU\nµs/req", cost).right().interval(ranged),
        Column::new("req/s", |row: &&Row| row.figures.as_ref().map(|figures| figures.per_second))
            .right()
            .words(|row| row.figures.as_ref().map(|figures| row_text::per_second(row, figures)).unwrap_or_default())
            .rank(4),
        Column::new("p99", |row: &&Row| row.figures.as_ref().and_then(|figures| figures.p99_ns))
            .right()
            .number(time)
            .rank(5),
        of_ledger("connections\nper req", |seen| number(seen.accepts_per_request)).right().rank(2),
        Column::new("resumed", handshakes(|seen| format!("{:.0} %", seen.resumed_share * 100.0))).right().rank(1),
        Column::new("negotiated", handshakes(negotiated)).rank(1),
    ]
}

/// What was negotiated, without a blank for the protocol that was not.
fn negotiated(seen: &Seen) -> String {
    seen.negotiated.iter().map(|words| words.trim_end()).collect::<Vec<_>>().join("; ")
}

/// The table of a section for a terminal; `None` if it has no such rows.
pub(crate) fn terminal(summary: &Summary) -> Option<Table> {
    Some(table(&columns(summary), rows(summary))).filter(|table| !table.rows.is_empty())
}

/// The columns of the page and of Markdown.
const PAGE: [&str; 5] = ["own defaults", "client CPU µs/req", "connections per req", "resumed", "negotiated"];

/// The tables of all sections for the page and for Markdown.
pub(crate) fn page(summaries: &[Summary]) -> Vec<Table> {
    let of_section = |summary| {
        let table = table(&pick(columns(summary), &PAGE), rows(summary));
        let id = format!("as-shipped-{}", summary.section);
        let title = format!("As shipped: {}", summary.section);
        (!table.rows.is_empty()).then(|| table.titled(&id, title, INTRO))
    };
    summaries.iter().filter_map(of_section).collect()
}

/// The columns of a README, whose rows are those over TLS, the least CPU time first.
const README: [&str; 4] = ["own defaults", "client CPU µs/req", "resumed", "negotiated"];

/// The table of a section for a README.
pub(crate) fn readme(summary: &Summary) -> Table {
    let cost = |row: &&Row| row.figures.as_ref().map_or(f64::INFINITY, |figures| figures.client_us.median);
    let mut rows: Vec<&Row> = rows(summary).filter(|row| row.cell.is_tls()).collect();
    rows.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    table(&pick(columns(summary), &README), rows)
}

const INTRO: &str = "Libraries with their own defaults: groups, resumption, pools, HTTP/2 where the origin offers it. \
                     Their work differs, so they are compared neither with pinned cells nor with each other.";
