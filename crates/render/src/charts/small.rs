//! Small pictures for a README: the CPU of a request over a new and over a kept connection, and where it goes.

use analysis::report_data::ReportData;
use analysis::row::{Figures, Row};
use analysis::summary::Summary;
use measure::result::Terms;
use profile::bill::{Class, Sheet};
use workload::{Axes, Cell, Connection, catalog};

use super::bars::{Bar, Bars, Piece, Shape, key};
use super::chart::{Chart, ChartError};
use super::{bill, palette};
use crate::format::number;

/// A small picture for each kind of connection that was run, of the models and clients in `pairs`: a group of bars for
/// each TLS stack, the least first.
pub(crate) fn charts(data: &ReportData<'_>, pairs: &[(&str, &str)]) -> Result<Vec<Chart>, ChartError> {
    let kinds = [
        (Connection::NewConn, "new-connection", "Client CPU per request, new connection, µs"),
        (Connection::KeepAlive, "kept-connection", "Client CPU per request, kept connection, µs"),
    ];
    let mut charts = Vec::new();
    for (connection, id, title) in kinds {
        let Some(summary) = data.summaries.iter().find(|summary| shows(summary, connection)) else { continue };
        let stacks: Vec<&str> = summary.stacks().into_iter().filter(|tls| is_core(tls)).collect();
        let rows = stacks.iter().flat_map(|tls| of_stack(summary, pairs, tls)).collect();
        let keys = stacks.iter().map(|tls| key(palette::of_stack(tls), tls)).collect();
        let bars = Bars { title, axis: "", tick: &|us| number(*us), keys, rows, shape: Shape::SMALL };
        let description = "A group of bars for each TLS stack, the least first.";
        charts.push(Chart::of(id, title, description, &bars.draw()?));
    }
    Ok(charts)
}

fn is_core(tls: &str) -> bool {
    catalog::stack_named(tls).is_some_and(|stack| stack.core)
}

/// The bars of a TLS stack, the least first.
fn of_stack(summary: &Summary, pairs: &[(&str, &str)], tls: &str) -> Vec<Bar> {
    let is_shown = |row: &&Row| row.cell.tls == tls && pairs.contains(&(&row.cell.model, &row.cell.client));
    let shown = summary.rows.iter().filter(is_shown);
    let mut shown: Vec<(&Row, &Figures)> = shown.filter_map(|row| Some((row, row.figures.as_ref()?))).collect();
    shown.sort_by(|(_, a), (_, b)| a.client_us.median.total_cmp(&b.client_us.median));
    let first = tls == Cell::PLAIN;
    shown.into_iter().enumerate().map(|(at, (row, figures))| bar(row, figures, at == 0 && !first)).collect()
}

/// Where the CPU time of a request of this model and client goes over a new connection, a bar per stack. `None` if that
/// was not profiled.
pub(crate) fn bill(sheet: &Sheet, pair: (&str, &str)) -> Result<Option<Chart>, ChartError> {
    let cells: Vec<_> = sheet.cells.iter().filter(|cell| is_shown(&cell.cell, pair)).collect();
    if !cells.iter().any(|cell| cell.cell.is_tls()) {
        return Ok(None);
    }
    let rows = cells.iter().map(|cell| Bar { label: cell.cell.tls.clone(), ..bill::whole(cell) });
    let spent = |class: &Class| cells.iter().any(|cell| cell.bill.item(*class).is_some_and(|item| item.samples > 0));
    let title = format!("Where the CPU time of a request goes, new connection, {}/{}", pair.0, pair.1);
    let bars = Bars {
        title: &title,
        axis: "µs per request",
        tick: &|us| number(*us),
        keys: Class::ALL.into_iter().filter(spent).map(|class| key(palette::of_class(class), class.name())).collect(),
        rows: rows.collect(),
        shape: Shape::STACKS,
    };
    let description = "A bar per TLS stack, a piece per class of work: CPU µs per request, by samples.";
    Ok(Some(Chart::of("where-it-goes", &title, description, &bars.draw()?)))
}

/// Whether the small bill shows this cell.
pub(crate) fn is_shown(cell: &Cell, (model, client): (&str, &str)) -> bool {
    let of_pair = cell.model == model && cell.client == client;
    of_pair && cell.connection == Connection::NewConn && cell.axes == Axes::default()
}

fn shows(summary: &Summary, connection: Connection) -> bool {
    !summary.waits() && summary.has_figures() && summary.rows.iter().any(|row| row.cell.connection == connection)
}

fn bar(row: &Row, figures: &Figures, apart: bool) -> Bar {
    let median = figures.client_us.median;
    let color = palette::of_stack(&row.cell.tls);
    Bar {
        cell: Some(row.cell.to_string()),
        label: label(row),
        apart,
        pieces: vec![Piece { from: 0.0, to: median, color, opacity: 1.0, part: None }],
        interval: Some((figures.client_us.low, figures.client_us.high)),
        value: number(median),
        told: format!("{}: {} µs", row.cell, number(median)),
    }
}

/// `tokio-current/hyper`; `reqwest as shipped`.
fn label(row: &Row) -> String {
    match (row.terms, row.cell.client.strip_suffix("-stock")) {
        (Terms::Stock, Some(library)) => format!("{library} as shipped"),
        _ => format!("{}/{}", row.cell.model, row.cell.client),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bills::fixtures::sheet;

    #[test]
    fn the_small_bill_has_a_bar_per_stack() {
        let chart = bill(&sheet(), ("tokio-current", "hyper")).unwrap().unwrap();
        assert_eq!(chart.svg.matches("class=\"row\"").count(), 3);
        assert!(chart.svg.contains(">rustls</text>") && chart.svg.contains(">native-tls</text>"));
        assert_eq!(bill(&sheet(), ("smol", "hyper")).unwrap(), None);
    }
}
