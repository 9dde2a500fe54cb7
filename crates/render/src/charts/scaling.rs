//! How cells scale: rate, tail latency, memory and threads against concurrency, for a run that varied it.

use analysis::report_data::ReportData;
use analysis::row::Figures;
use analysis::scaling::{cells, sweeps};
use analysis::summary::Summary;
use workload::Cell;

use super::chart::{Chart, ChartError};
use super::lines::{Axis, Lines, Series, decades};
use super::palette;
use super::panel::{Panel, Runs};
use crate::format::{memory, number, time};

/// A quantity that is drawn against concurrency.
struct Measure {
    name: &'static str,
    axis: &'static str,
    of: fn(&Figures) -> Option<f64>,
    say: fn(f64) -> String,
}

const MEASURES: [Measure; 4] = [
    Measure { name: "rate", axis: "requests per second", of: |f| Some(f.per_second.median), say: number },
    Measure { name: "p99", axis: "99th percentile", of: |f| f.p99_ns.map(|figure| figure.median), say: time },
    Measure { name: "memory", axis: "peak RSS", of: |f| Some(f.memory_bytes.median).filter(|b| *b > 0.0), say: memory },
    Measure { name: "threads", axis: "threads", of: |f| f.threads.map(|figure| figure.median), say: number },
];

/// The panel.
pub(crate) const PANEL: Panel = Panel {
    id: "scaling",
    heading: "Scaling with concurrency",
    intro: "Where a run swept the number of requests in flight.",
    folded: true,
    runs: Runs::Matrix,
    words: None,
    charts,
};

/// Four charts per sweep and TLS stack.
fn charts(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    let mut charts = Vec::new();
    for (name, sweep) in sweeps(&data.summaries) {
        for measure in &MEASURES {
            if let Some(chart) = chart(&name, &sweep, measure)? {
                charts.push(chart);
            }
        }
    }
    Ok(charts)
}

fn chart(name: &str, sweep: &[&Summary], measure: &Measure) -> Result<Option<Chart>, ChartError> {
    let series: Vec<Series> = cells(sweep).iter().filter_map(|cell| line(sweep, cell, measure)).collect();
    if series.is_empty() {
        return Ok(None);
    }
    let title = format!("{} against concurrency, {name}", measure.axis);
    let values = || series.iter().flat_map(|series| &series.points).map(|(_, value)| *value);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let mut asked: Vec<f64> = sweep.iter().map(|summary| f64::from(summary.workload.concurrency.get())).collect();
    asked.sort_by(f64::total_cmp);
    let lines = Lines {
        title: &title,
        x: Axis { name: "requests in flight", ticks: asked, tick: &|c| number(c.round()), log: true },
        y: Axis { name: measure.axis, ticks: decades(low, high), tick: &|value| (measure.say)(*value), log: true },
        series,
    };
    let description = "A line per cell. What a cell did at each concurrency stands in the table of that section.";
    Ok(Some(Chart::of(&format!("scaling-{}-{name}", measure.name), &title, description, &lines.draw()?)))
}

fn line(sweep: &[&Summary], cell: &Cell, measure: &Measure) -> Option<Series> {
    let name = format!("{}/{} · {}", cell.model, cell.client, cell.tls);
    let mut points: Vec<(f64, f64)> = Vec::new();
    for summary in sweep {
        let figures = summary.row(cell).and_then(|row| row.figures.as_ref());
        let value = figures.and_then(measure.of).filter(|value| *value > 0.0);
        points.extend(value.map(|value| (f64::from(summary.workload.concurrency.get()), value)));
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let say = |(c, value): &(f64, f64)| format!("{name}: {} at {c} in flight", (measure.say)(*value));
    let told = points.iter().map(say).collect();
    (!points.is_empty()).then(|| Series {
        cell: cell.to_string(),
        color: palette::of_stack(&cell.tls),
        dashes: if cell.is_tls() { palette::dashes_of(&cell.client) } else { "1 3" },
        told,
        points,
        name,
    })
}
