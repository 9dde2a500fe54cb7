//! Timelines: a sample of one trial's requests as lanes of time, each divided into its phases.

use analysis::report_data::ReportData;
use analysis::row::Row;
use analysis::summary::Summary;
use measure::phase::{Phase, Timeline};
use measure::result::{Flag, Terms, Trial};

use super::bars::{Bar, Bars, Piece, Shape, key};
use super::chart::{Chart, ChartError};
use super::palette::of_phase;
use super::panel::{Panel, Runs};
use crate::format::time;

/// Lanes in a chart at most: spread evenly over the sample.
const LANES: usize = 48;

/// The panel.
pub(crate) const PANEL: Panel = Panel {
    id: "timelines",
    heading: "Timelines",
    intro: "Requests of one trial, a lane each: of the cell over TLS that was done soonest and of the one that took \
            longest.",
    folded: true,
    runs: Runs::Matrix,
    words: None,
    charts,
};

/// For each section, the cell over TLS that was done soonest and the one that took longest, among those that report
/// phases.
fn charts(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    let mut charts = Vec::new();
    for (section, summary) in data.sections() {
        for row in ends(summary) {
            let trials = data.trials.of(section, &row.cell);
            let sampled = trials.iter().find(|trial| trial.counts() && !trial.sample.is_empty());
            if let Some(trial) = sampled {
                charts.push(chart(&summary.section, trial)?);
            }
        }
    }
    Ok(charts)
}

fn ends(summary: &Summary) -> Vec<&Row> {
    // Clients that report no phases would give lanes of one colour. Cells with few requests in flight are only of
    // interest if the origin delays responses; otherwise they did other work.
    let told = |row: &&Row| {
        let few = row.flags.contains(&Flag::FewInFlight) && !summary.waits();
        row.terms == Terms::Pinned && row.figures.is_some() && row.cell.is_tls() && !few
    };
    let wall = |row: &&Row| row.figures.as_ref().map_or(0.0, |figures| figures.wall_ns.median);
    let by_wall = |a: &&Row, b: &&Row| wall(a).total_cmp(&wall(b));
    let first = summary.rows.iter().filter(told).min_by(by_wall);
    let last = summary.rows.iter().filter(told).max_by(by_wall);
    let mut ends: Vec<&Row> = first.into_iter().chain(last).collect();
    ends.dedup_by(|a, b| a.cell == b.cell);
    ends
}

fn chart(section: &str, trial: &Trial) -> Result<Chart, ChartError> {
    let title = format!("{} of {} requests of {}, {section}", trial.sample.len().min(LANES), trial.right, trial.cell);
    let begin = trial.sample.iter().map(|line| line.due).min().unwrap_or(0);
    let stride = trial.sample.len().div_ceil(LANES).max(1);
    let rows = trial.sample.iter().step_by(stride).map(|line| lane(line, begin)).collect();
    let keys = Phase::ALL.map(|phase| key(of_phase(phase), doing(phase))).to_vec();
    let bars = Bars {
        title: &title,
        axis: "time since the first request was due",
        tick: &|ns| time(*ns),
        keys,
        rows,
        shape: Shape::LANES,
    };
    let description = "A lane per sampled request of one trial, from when it was due until it was done, in its phases.";
    Ok(Chart::of(&format!("timeline-{section}-{}", trial.cell), &title, description, &bars.draw()?))
}

fn lane(line: &Timeline, begin: u64) -> Bar {
    let mut from = line.due.saturating_sub(begin);
    let mut pieces = Vec::new();
    let mut told = Vec::new();
    line.each_phase(|phase, length| {
        pieces.push(Piece {
            from: from as f64,
            to: (from + length) as f64,
            color: of_phase(phase),
            opacity: 1.0,
            part: None,
        });
        told.push(format!("{} {}", doing(phase), time(length as f64)));
        from += length;
    });
    // A client that reports no phases: its whole time is drawn as waiting.
    let done = line.done.saturating_sub(begin);
    if done > from {
        pieces.push(Piece {
            from: from as f64,
            to: done as f64,
            color: of_phase(Phase::Wait),
            opacity: 0.5,
            part: None,
        });
    }
    Bar {
        cell: None,
        label: String::new(),
        apart: false,
        pieces,
        interval: None,
        value: String::new(),
        told: format!("due after {}: {}", time(line.due.saturating_sub(begin) as f64), told.join(", ")),
    }
}

/// What a request does in a phase.
fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Queue => "queued",
        Phase::Build => "building",
        Phase::Connect => "connecting",
        Phase::Tls => "handshake",
        Phase::Send => "sending",
        Phase::Wait => "waiting",
        Phase::Body => "receiving",
    }
}
