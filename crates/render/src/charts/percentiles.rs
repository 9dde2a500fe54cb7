//! Latency by percentile, on HdrHistogram's axis: equal steps from 90 % to 99 % to 99.9 %, so that the tail has room.

use analysis::distribution::Distribution;
use analysis::report_data::ReportData;
use analysis::row::Row;

use super::chart::{Chart, ChartError};
use super::lines::{Axis, Lines, Series, decades};
use super::palette;
use super::panel::{Panel, Runs};
use crate::format::time;

/// The panel.
pub(crate) const PANEL: Panel = Panel {
    id: "latency",
    heading: "Latency by percentile",
    intro: "From when a request was due. A line's name switches it off.",
    folded: true,
    runs: Runs::Matrix,
    words: None,
    charts,
};

/// A chart per section and TLS stack.
fn charts(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    let mut charts = Vec::new();
    for (number, summary) in data.summaries.iter().enumerate() {
        for tls in summary.stacks() {
            let rows = data.rows(number).filter(|(row, told)| row.cell.tls == tls && !told.percentiles.is_empty());
            let rows: Vec<(&Row, &Distribution)> = rows.collect();
            if !rows.is_empty() {
                charts.push(chart(&summary.section, tls, &rows)?);
            }
        }
    }
    Ok(charts)
}

fn chart(section: &str, tls: &str, rows: &[(&Row, &Distribution)]) -> Result<Chart, ChartError> {
    let title = format!("Latency by percentile, {section} over {tls}");
    let series: Vec<Series> = rows.iter().map(|(row, told)| line(row, told)).collect();
    let values = || rows.iter().flat_map(|(_, told)| &told.percentiles).map(|(_, ns)| *ns);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let ticks = [0.5, 0.9, 0.99, 0.999, 0.9999].map(beyond).to_vec();
    let lines = Lines {
        title: &title,
        x: Axis { name: "percentile", ticks, tick: &|beyond| percentile(1.0 - 1.0 / beyond), log: true },
        y: Axis { name: "latency", ticks: decades(low, high), tick: &|ns| time(*ns), log: true },
        series,
    };
    let description = "A line per cell: the latency that so many per cent of its requests stayed below, all rounds \
                       together. percentiles.csv has the same figures.";
    Ok(Chart::of(&format!("latency-{section}-{tls}"), &title, description, &lines.draw()?))
}

fn line(row: &Row, told: &Distribution) -> Series {
    let name = format!("{}/{}", row.cell.model, row.cell.client);
    let say = |(quantile, ns): &(f64, f64)| format!("{name}: {} within {}", percentile(*quantile), time(*ns));
    Series {
        cell: row.cell.to_string(),
        color: palette::of_stack(&row.cell.tls),
        dashes: palette::dashes_of(&row.cell.client),
        points: told.percentiles.iter().map(|(quantile, ns)| (beyond(*quantile), *ns)).collect(),
        told: told.percentiles.iter().map(say).collect(),
        name,
    }
}

/// One in how many requests takes longer: the axis is logarithmic in this value.
fn beyond(quantile: f64) -> f64 {
    1.0 / (1.0 - quantile)
}

/// `p99.9`.
pub(crate) fn percentile(quantile: f64) -> String {
    // Computing 1 / (1 − q) and back loses digits; no reported quantile has more than four.
    let percent = (quantile * 1e6).round() / 1e4;
    format!("p{percent}")
}

#[cfg(test)]
mod tests {
    use analysis::distribution::QUANTILES;

    use super::*;

    #[test]
    fn percentiles_are_named_as_people_do() {
        let names: Vec<String> = QUANTILES.iter().map(|quantile| percentile(1.0 - 1.0 / beyond(*quantile))).collect();
        assert_eq!((names[0].as_str(), names[10].as_str(), names[15].as_str()), ("p50", "p99", "p99.99"));
    }
}
