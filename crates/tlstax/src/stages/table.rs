//! The results of the stages: published beside measured, and what their traces show.

use measure::result::{RunResult, Trial};
use render::screen::Screen;
use render::table::column::{Column, table};
use render::table::terminal;
use serde::Serialize;
use talk::checks::{Traits, traits};
use talk::stage_result::{StageResult, judge};

/// One stage's trial with its verdict.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcome {
    pub(crate) cell: String,
    #[serde(flatten)]
    pub(crate) verdict: StageResult,
    pub(crate) traits: Option<Traits>,
    /// What carries TLS, and which operations hold the thread.
    pub(crate) probe: String,
}

/// The verdicts on all trials of a result, in the order of its sections' cells.
pub(crate) fn outcomes(result: &RunResult) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for section in &result.run.sections {
        for cell in &section.cells {
            let trial = result.trials.iter().find(|trial| trial.section == section.name && trial.cell == *cell);
            let judged = trial.and_then(|trial| Some((trial, judge(trial, &section.workload)?)));
            outcomes.extend(judged.map(|(trial, verdict)| Outcome {
                cell: cell.to_string(),
                verdict,
                traits: traits(trial),
                probe: probe(trial),
            }));
        }
    }
    outcomes
}

/// The probe of a Rust stage, or what an engine reports about its TLS layer.
fn probe(trial: &Trial) -> String {
    let told = trial.engine.as_ref().and_then(|engine| {
        let socket = engine.libraries.iter().find(|library| library.starts_with(SOCKET))?;
        Some(socket.trim_start_matches(SOCKET).trim().to_owned())
    });
    fetch::talk::probe(&trial.cell).or(told).unwrap_or_default()
}

/// The prefix of an engine's report about the class of its TLS sockets.
const SOCKET: &str = "TLS socket";

/// A published time; it is marked if a profiler made it longer.
fn published(verdict: &StageResult) -> String {
    let mark = if verdict.profiled { " *" } else { "" };
    verdict.published.map_or_else(String::new, |seconds| format!("{seconds:.2}{mark}"))
}

fn came_out(verdict: &StageResult) -> &'static str {
    match (verdict.wrong.is_empty(), verdict.published) {
        (true, Some(_)) => "as published",
        (true, None) => "as expected",
        (false, _) => "NOT",
    }
}

/// The table of all stages.
pub(crate) fn draw(outcomes: &[Outcome], screen: &Screen) -> String {
    let held = |outcome: &&Outcome| outcome.traits.as_ref().map(|traits| traits.held_share);
    let columns = [
        Column::new("stage", |outcome: &&Outcome| outcome.cell.trim_end_matches("/new-conn").to_owned()),
        Column::new("n", |outcome: &&Outcome| outcome.verdict.n.to_string()),
        Column::new("expected", |outcome: &&Outcome| outcome.verdict.expected.to_owned()).rank(3),
        Column::new("published\ns, at 1 s", |outcome: &&Outcome| published(&outcome.verdict)).right().rank(1),
        Column::new("measured\ns", |outcome: &&Outcome| format!("{:.2}", outcome.verdict.seconds)).right(),
        Column::new("open\nat origin", |outcome: &&Outcome| outcome.verdict.open.to_string()).right().rank(4),
        Column::new("in flight\nat origin", |outcome: &&Outcome| outcome.verdict.in_flight.to_string()).right(),
        Column::new("thread\nheld", held).number(|share| format!("{:.0} %", share * 100.0)).right().rank(2),
        Column::new("came out", |outcome: &&Outcome| came_out(&outcome.verdict)),
        Column::new("TLS", |outcome: &&Outcome| outcome.probe.clone()).rank(5),
    ];
    let table = terminal::shown(&table(&columns, outcomes), screen.width, "--json");
    format!("{table}\n{}", screen.prose(" * with a profiler, which took 0.3 to 0.5 s"))
}

/// Results that differ from the expectation, a line each.
pub(crate) fn wrong(outcomes: &[Outcome]) -> Vec<String> {
    let lines = outcomes.iter().flat_map(|outcome| {
        let name = format!("{} at n = {}", outcome.cell, outcome.verdict.n);
        outcome.verdict.wrong.iter().map(move |reason| format!("{name}: {reason}"))
    });
    lines.collect()
}
