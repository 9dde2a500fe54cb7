//! What came of the stages: published beside measured, and what their traces show.

use comfy_table::{CellAlignment, ContentLineStyle, LineStyle, Table, TableStyle};
use measure::result::{RunResult, Trial};
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

/// How tables of the talk look.
pub(crate) const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .content_lines(ContentLineStyle::none());

/// The table of all stages.
pub(crate) fn draw(outcomes: &[Outcome]) -> String {
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_header([
        "stage",
        "n",
        "expected",
        "published\ns",
        "measured\ns",
        "in flight\nat origin",
        "thread\nheld",
        "came out",
    ]);
    for Outcome { cell, verdict, traits, probe } in outcomes {
        table.add_row([
            cell.trim_end_matches("/new-conn").to_owned(),
            verdict.n.to_string(),
            verdict.expected.to_owned(),
            verdict.published.map_or_else(String::new, |seconds| format!("{seconds:.2}")),
            format!("{:.2}", verdict.seconds),
            verdict.open.to_string(),
            verdict.in_flight.to_string(),
            traits.as_ref().map_or_else(String::new, |traits| format!("{:.0} %", traits.held_share * 100.0)),
            if verdict.wrong.is_empty() { "as published" } else { "NOT" }.to_owned(),
            probe.clone(),
        ]);
    }
    for column in table.column_iter_mut().skip(3).take(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// What is wrong, a line each.
pub(crate) fn wrong(outcomes: &[Outcome]) -> Vec<String> {
    let lines = outcomes.iter().flat_map(|outcome| {
        let name = format!("{} at n = {}", outcome.cell, outcome.verdict.n);
        outcome.verdict.wrong.iter().map(move |reason| format!("{name}: {reason}"))
    });
    lines.collect()
}
