//! Where a request's time goes: the means of its phases, stacked. Queueing is given as text only: it is the model's
//! queue, and where there is one it would hide all other phases.

use analysis::distribution::Distribution;
use analysis::report_data::ReportData;
use analysis::row::Row;
use measure::phase::Phase;
use workload::Connection;

use super::bars::{Bar, Bars, Piece, Shape, key};
use super::chart::{Chart, ChartError};
use super::cpu::name;
use super::palette::of_phase;
use super::panel::{Panel, Runs};
use crate::format::time;

/// The phases that are drawn, in the order of time.
const SHOWN: [Phase; 5] = [Phase::Connect, Phase::Tls, Phase::Send, Phase::Wait, Phase::Body];

/// The panel.
pub(crate) const PANEL: Panel = Panel {
    id: "phases",
    heading: "Where a request's time goes",
    intro: "Means of the phases of a request over a new connection. At many requests in flight most of a phase is \
            waiting for the CPU.",
    folded: true,
    runs: Runs::Matrix,
    words: None,
    charts,
};

/// A chart for every section of new connections: kept ones have neither a connect nor a TLS phase.
fn charts(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    let mut charts = Vec::new();
    for (number, summary) in data.summaries.iter().enumerate() {
        let rows = data.rows(number).filter(|(row, _)| row.cell.connection == Connection::NewConn);
        let told: Vec<(&Row, &Distribution)> = rows.filter(|(_, told)| told.phase(Phase::Wait).is_some()).collect();
        if !told.is_empty() {
            charts.push(chart(&summary.section, &told)?);
        }
    }
    Ok(charts)
}

fn chart(section: &str, told: &[(&Row, &Distribution)]) -> Result<Chart, ChartError> {
    let title = format!("Where a request's time goes, {section}: mean of each phase");
    let mut last = ("", "");
    let mut rows = Vec::new();
    for (row, distribution) in told {
        let pair = (row.cell.model.as_str(), row.cell.client.as_str());
        rows.push(bar(row, distribution, last != pair && !rows.is_empty()));
        last = pair;
    }
    let keys = SHOWN.map(|phase| key(of_phase(phase), phase.name())).to_vec();
    let bars = Bars {
        title: &title,
        axis: "time since the request began",
        tick: &|ns| time(*ns),
        keys,
        rows,
        shape: Shape::CELLS,
    };
    let description = "A bar per cell: mean time to connect, for the TLS handshake, to send, to wait for the first \
                       byte and to read the body, over a new connection. phases.csv has the same figures.";
    Ok(Chart::of(&format!("phases-{section}"), &title, description, &bars.draw()?))
}

fn bar(row: &Row, distribution: &Distribution, apart: bool) -> Bar {
    let mut from = 0.0;
    let mut pieces = Vec::new();
    for phase in SHOWN {
        let Some(length) = distribution.phase(phase) else { continue };
        pieces.push(Piece { from, to: from + length, color: of_phase(phase), opacity: 1.0, part: None });
        from += length;
    }
    let parts: Vec<String> =
        distribution.phases.iter().map(|(phase, ns)| format!("{} {}", phase.name(), time(*ns))).collect();
    Bar {
        cell: Some(row.cell.to_string()),
        label: name(row),
        apart,
        pieces,
        interval: None,
        value: time(from),
        told: format!("{}: {}", row.cell, parts.join(", ")),
    }
}
