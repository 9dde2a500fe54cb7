//! Requests per second: a bar per cell with its interval, the highest first, in the colour of the TLS stack. A rate that the origin limited is a lower bound and is drawn
//! pale.

use analysis::report_data::ReportData;
use analysis::row::{Figures, Row};
use measure::result::Flag;

use super::bars::{Bar, Bars, Piece, Shape, key};
use super::chart::{Chart, ChartError};
use super::cpu::{Part, name, of_parts};
use super::palette::{self, INK};
use super::panel::{Panel, Runs};
use crate::format::{number, with_interval};

/// Opacity of a lower bound.
const BOUND: f64 = 0.4;

/// The panel.
pub(crate) const PANEL: Panel = Panel {
    id: "rate",
    heading: "Requests per second",
    intro: "On a shared machine rates drift more than CPU time does. Pale bars are lower bounds: the origin was busy.",
    folded: false,
    runs: Runs::Matrix,
    words: None,
    charts,
};

fn charts(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    of_parts(data, chart)
}

fn chart(part: &Part<'_>) -> Result<Chart, ChartError> {
    let title = format!("Requests per second, {}", part.name);
    let mut rows = part.rows.clone();
    rows.sort_by(|(_, a), (_, b)| b.per_second.median.total_cmp(&a.per_second.median));
    let (color, _, measured) = key(INK, "measured");
    let keys = vec![(color, 0.8, measured), (color, BOUND * 0.8, "at least: the origin was the limit".to_owned())];
    let bars = |shape| Bars {
        title: &title,
        axis: "requests per second",
        tick: &|rate| number(*rate),
        keys: keys.clone(),
        rows: rows.iter().map(|(row, figures)| bar(row, figures)).collect(),
        shape,
    };
    let description = "A bar per cell: requests per second with their interval, or the range of fewer than 6 rounds. \
                       Cells that the origin limited could do more and are not ranked. The table has the same figures.";
    let chart = Chart::of(&format!("rate-{}", part.name), &title, description, &bars(Shape::CELLS).draw()?);
    Ok(chart.with_narrow(description, &bars(Shape::NARROW).draw()?))
}

fn bar(row: &Row, figures: &Figures) -> Bar {
    let rate = figures.per_second;
    let bound = row.flags.contains(&Flag::OriginBound);
    let at_least = if bound { "≥ " } else { "" };
    let color = palette::of_stack(&row.cell.tls);
    Bar {
        cell: Some(row.cell.to_string()),
        label: name(row),
        apart: false,
        pieces: vec![Piece { from: 0.0, to: rate.median, color, opacity: if bound { BOUND } else { 1.0 }, part: None }],
        interval: Some((rate.low, rate.high)),
        value: format!("{at_least}{}", number(rate.median)),
        told: format!("{}: {at_least}{} requests per second", row.cell, with_interval(&rate)),
    }
}
