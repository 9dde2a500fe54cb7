//! A lane per request of a stage, one for the executor's thread, and one for the origin.

use analysis::report_data::ReportData;
use measure::result::{Section, Trial};
use talk::lanes::{Lanes, State};

use super::super::bars::{Bar, Bars, Piece, Shape, key};
use super::super::chart::{Chart, ChartError};
use super::super::palette::{INK, of_state};
use super::super::panel::{Panel, Runs};
use crate::format::time;

/// Lanes drawn at most.
const LANES: usize = 20;

/// The panel.
pub(crate) const PANEL: Panel = Panel {
    id: "lanes",
    heading: "Who waited for whom",
    intro: "A lane per request. Look for dark red: a request that waits and holds the only thread, so that all \
            others, open as they are, stand still. Pale blue waits too, and costs nobody anything.",
    folded: false,
    runs: Runs::Talk,
    words: None,
    charts,
};

/// A chart per trial of the first section with a trace: the other sections run the same stages with fewer requests.
fn charts(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    let Some((section, _)) = data.sections().next() else { return Ok(Vec::new()) };
    let trials = section.cells.iter().filter_map(|cell| data.trials.of(section, cell).first());
    let drawn = trials.filter_map(|trial| Some((trial, Lanes::of(trial)?)));
    drawn.map(|(trial, lanes)| chart(section, trial, &lanes)).collect()
}

fn chart(section: &Section, trial: &Trial, lanes: &Lanes) -> Result<Chart, ChartError> {
    let title = format!("{}: {}, {}", trial.cell, section.name, time(lanes.length as f64));
    let mut rows: Vec<Bar> = lanes
        .requests
        .iter()
        .take(LANES)
        .map(|(request, spans)| {
            let pieces = spans.iter().map(|span| Piece {
                from: span.from as f64,
                to: span.to as f64,
                color: of_state(span.state),
                opacity: 1.0,
                part: None,
            });
            let told = spans.iter().filter(|span| span.to - span.from > lanes.length / 200);
            let told: Vec<String> =
                told.map(|span| format!("{} {}", span.state.name(), time((span.to - span.from) as f64))).collect();
            bar(format!("request {request}"), pieces.collect(), format!("request {request}: {}", told.join(", ")))
        })
        .collect();
    rows.push(thread(lanes));
    rows.push(origin(trial, lanes));
    let keys = State::ALL.map(|state| key(of_state(state), state.name())).to_vec();
    let bars = Bars {
        title: &title,
        axis: "time since the first request began",
        tick: &|ns| time(*ns),
        keys,
        rows,
        shape: Shape::STAGES,
    };
    let description = "A lane per request with what it did when; below, when the executor's thread was held, and how \
                       many requests the origin had in flight (darker is more).";
    Ok(Chart::of(&format!("lanes-{}", trial.cell), &title, description, &bars.draw()?))
}

/// When a request held the thread.
fn thread(lanes: &Lanes) -> Bar {
    let pieces = lanes.held.iter().map(|held| Piece {
        from: held.from as f64,
        to: held.to as f64,
        color: of_state(State::Holding),
        // Neighbours differ in shade.
        opacity: if held.request % 2 == 0 { 1.0 } else { 0.7 },
        part: None,
    });
    let share = format!("the thread was held for {:.0} % of the time", lanes.held_share() * 100.0);
    Bar { apart: true, ..bar("thread held".to_owned(), pieces.collect(), share) }
}

/// How many requests the origin had in flight over time.
fn origin(trial: &Trial, lanes: &Lanes) -> Bar {
    let most = trial.ledger.as_ref().map_or(0, |ledger| ledger.most_in_flight).max(1);
    let ends = lanes.in_flight.iter().skip(1).map(|(at, _)| *at).chain([lanes.length]);
    let stairs = lanes.in_flight.iter().zip(ends).filter(|((_, count), _)| *count > 0);
    let pieces = stairs.map(|((at, count), end)| Piece {
        from: *at as f64,
        to: end.max(*at) as f64,
        color: INK,
        opacity: 0.15 + 0.6 * *count as f64 / lanes.requests.len().max(1) as f64,
        part: None,
    });
    bar("origin".to_owned(), pieces.collect(), format!("the origin had {most} requests in flight at most"))
}

fn bar(label: String, pieces: Vec<Piece>, told: String) -> Bar {
    Bar { cell: None, label, apart: false, pieces, interval: None, value: String::new(), told }
}
