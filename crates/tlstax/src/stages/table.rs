//! What came of the stages: published beside measured, and what their traces show.

use comfy_table::{CellAlignment, Table};
use measure::result::{RunResult, Trial};
use render::table_style::STYLE;
use serde::Serialize;
use talk::checks::{Traits, traits};
use talk::verdict::{Verdict, judge};

/// One stage's trial, judged.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcome {
    pub(crate) cell: String,
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    pub(crate) traits: Option<Traits>,
    /// Who carries TLS, and which operations hold the thread.
    pub(crate) probe: String,
}

/// Judges every trial of a result, in the order of its sections' cells.
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

/// What a Rust stage is made of, or what an engine says carries its TLS.
fn probe(trial: &Trial) -> String {
    let told = trial.engine.as_ref().and_then(|engine| {
        let socket = engine.libraries.iter().find(|library| library.starts_with(SOCKET))?;
        Some(socket.trim_start_matches(SOCKET).trim().to_owned())
    });
    fetch::talk::probe(&trial.cell).or(told).unwrap_or_default()
}

/// How an engine begins what it says of its TLS socket's class.
const SOCKET: &str = "TLS socket";

const HEADER: [&str; 10] = [
    "stage",
    "n",
    "expected",
    "published\ns, at 1 s",
    "measured\ns",
    "open\nat origin",
    "in flight\nat origin",
    "thread\nheld",
    "came out",
    "TLS",
];

/// A published time; one that a profiler made longer is marked.
fn published(verdict: &Verdict) -> String {
    let mark = if verdict.profiled { " *" } else { "" };
    verdict.published.map_or_else(String::new, |seconds| format!("{seconds:.2}{mark}"))
}

fn came_out(verdict: &Verdict) -> &'static str {
    match (verdict.wrong.is_empty(), verdict.published) {
        (true, Some(_)) => "as published",
        (true, None) => "as expected",
        (false, _) => "NOT",
    }
}

/// The table of all stages.
pub(crate) fn draw(outcomes: &[Outcome]) -> String {
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_header(HEADER);
    for Outcome { cell, verdict, traits, probe } in outcomes {
        table.add_row([
            cell.trim_end_matches("/new-conn").to_owned(),
            verdict.n.to_string(),
            verdict.expected.to_owned(),
            published(verdict),
            format!("{:.2}", verdict.seconds),
            verdict.open.to_string(),
            verdict.in_flight.to_string(),
            traits.as_ref().map_or_else(String::new, |traits| format!("{:.0} %", traits.held_share * 100.0)),
            came_out(verdict).to_owned(),
            probe.clone(),
        ]);
    }
    for column in table.column_iter_mut().skip(3).take(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{table}\n * with a profiler, which took 0.3 to 0.5 s")
}

/// What is wrong, a line each.
pub(crate) fn wrong(outcomes: &[Outcome]) -> Vec<String> {
    let lines = outcomes.iter().flat_map(|outcome| {
        let name = format!("{} at n = {}", outcome.cell, outcome.verdict.n);
        outcome.verdict.wrong.iter().map(move |reason| format!("{name}: {reason}"))
    });
    lines.collect()
}
