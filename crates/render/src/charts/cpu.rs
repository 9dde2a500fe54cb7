//! Client CPU per request, user and system stacked: a bar per cell with the interval of the whole, the least first. The
//! colour is that of the TLS stack.

use analysis::figure::Figure;
use analysis::report_data::ReportData;
use analysis::row::{Figures, Row};
use analysis::summary::Summary;

use super::bars::{Bar, Bars, Piece, SYSTEM, Shape, UNKNOWN, user_and_system};
use super::chart::{Chart, ChartError};
use super::palette;
use super::panel::{Panel, Runs};
use crate::format::{number, with_interval};

/// The panel.
pub(crate) const PANEL: Panel = Panel {
    id: "cpu",
    heading: "Client CPU per request",
    intro: "What a user pays for: CPU time of the client's process per request, in user mode (full) and in the kernel \
            (pale), with the interval of the whole. The split is a sample of timer ticks, the whole is exact.",
    folded: false,
    runs: Runs::Matrix,
    words: None,
    charts,
};

fn charts(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    of_parts(data, chart)
}

/// A chart per section, and one of the cells that are not compared, which would stretch the axis of the others.
pub(crate) fn of_parts(
    data: &ReportData<'_>,
    chart: fn(&Part<'_>) -> Result<Chart, ChartError>,
) -> Result<Vec<Chart>, ChartError> {
    data.summaries.iter().flat_map(parts).map(|part| chart(&part)).collect()
}

fn chart(part: &Part<'_>) -> Result<Chart, ChartError> {
    let title = format!("Client CPU per request, {}", part.name);
    let mut rows = part.rows.clone();
    rows.sort_by(|(_, a), (_, b)| a.client_us.median.total_cmp(&b.client_us.median));
    let bars = |shape, say: fn(&Figure) -> String| Bars {
        title: &title,
        axis: "µs per request",
        tick: &|us| number(*us),
        keys: user_and_system(),
        rows: rows.iter().map(|(row, figures)| bar(row, figures, say)).collect(),
        shape,
    };
    let canvas = bars(Shape::CELLS, with_interval).draw()?;
    let narrow = bars(Shape::NARROW, |figure| number(figure.median)).draw()?;
    let description = "A bar per cell: CPU time of the client's process per request, in user mode and in the kernel, \
                       with the interval (or, of fewer than 6 rounds, the range) of the sum. The table has the same \
                       figures.";
    Ok(Chart::of(&format!("cpu-{}", part.name), &title, description, &canvas).with_narrow(description, &narrow))
}

fn bar(row: &Row, figures: &Figures, say: fn(&Figure) -> String) -> Bar {
    let whole = figures.client_us;
    let color = palette::of_stack(&row.cell.tls);
    let piece = |from, to, opacity| Piece { from, to, color, opacity, part: None };
    let pieces = match figures.user_share.map(|share| whole.median * share) {
        Some(user) => vec![piece(0.0, user, 1.0), piece(user, whole.median, SYSTEM)],
        // Without a timer tick the two parts are not known, and the bar is not divided.
        None => vec![piece(0.0, whole.median, UNKNOWN)],
    };
    let halves = figures
        .user_share
        .map_or_else(String::new, |share| format!(", {:.0} % of it in the kernel", (1.0 - share) * 100.0));
    Bar {
        cell: Some(row.cell.to_string()),
        label: name(row),
        apart: false,
        pieces,
        interval: Some((whole.low, whole.high)),
        value: say(&whole),
        told: format!("{}: {} µs of client CPU per request{halves}", row.cell, with_interval(&whole)),
    }
}

/// The cell without its connection, which the chart's title names.
pub(crate) fn name(row: &Row) -> String {
    format!("{}/{} · {}", row.cell.model, row.cell.client, row.cell.tls)
}

/// Rows of a section that share an axis.
pub(crate) struct Part<'a> {
    pub(crate) name: String,
    /// Each with its figures.
    pub(crate) rows: Vec<(&'a Row, &'a Figures)>,
}

/// The rows that are compared, and those that are not, if there are any.
fn parts(summary: &Summary) -> Vec<Part<'_>> {
    let part = |compares: bool, name: String| {
        let rows = summary.rows.iter().filter(|row| row.terms.compares() == compares);
        Part { name, rows: rows.filter_map(|row| Some((row, row.figures.as_ref()?))).collect() }
    };
    let parts = [
        part(true, summary.section.clone()),
        part(false, format!("{}, with their own defaults and not compared", summary.section)),
    ];
    parts.into_iter().filter(|part| !part.rows.is_empty()).collect()
}
