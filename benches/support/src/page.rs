//! The page of a `cargo bench`, drawn from its results.

use std::path::Path;

use analysis::report_data::ReportData;
use measure::machine::{Machine, allowed_cpus};
use measure::result::{
    FORMAT, Handshake, OriginInfo, Pinning, RUN_FILE, ResultWriter, RunInfo, RunResult, Section, Trial, TrialOrder,
    describe,
};
use render::files::{PAGE, files};
use render::folder;
use render::verdict::of_report;
use workload::Cell;

use crate::failure::Failure;

/// Creates the folder of a run without cells, for figures that need none; an existing run is kept.
///
/// # Errors
///
/// When the folder cannot be created.
pub fn begin_without_cells(dir: &Path) -> Result<(), Failure> {
    if dir.join(RUN_FILE).is_file() {
        return Ok(());
    }
    let cpus = allowed_cpus();
    let now = jiff::Timestamp::now().to_string();
    let run = RunInfo {
        format: FORMAT,
        tlstax: env!("CARGO_PKG_VERSION").to_owned(),
        revision: None,
        started: now.clone(),
        command: ["cargo", "bench", "--bench", "handshake"].map(str::to_owned).to_vec(),
        seed: 0,
        pinning: Pinning { client: cpus.clone(), origin: cpus },
        workers: 1,
        origin: OriginInfo {
            name: "none".to_owned(),
            version: String::new(),
            why: "in memory".to_owned(),
            ports: 0,
            verification: None,
        },
        handshake: Handshake::default(),
        machine: Machine::read(),
        order: TrialOrder::Blocks,
        arms: Vec::new(),
        scenario: None,
        sections: Vec::new(),
        left_out: Vec::new(),
        resumed: Vec::new(),
        ended: Some(now),
        interrupted: false,
    };
    ResultWriter::create(dir, &run)?;
    Ok(())
}

/// Ends the run in `dir`: cells that were filtered out are removed from its description.
///
/// # Errors
///
/// When the folder cannot be read or written.
pub fn close(dir: &Path, interrupted: bool) -> Result<(), Failure> {
    if !dir.join(RUN_FILE).is_file() {
        return Ok(());
    }
    let result = RunResult::read(dir)?;
    let ended = Some(jiff::Timestamp::now().to_string());
    let sections = ran(&result.run.sections, &result.trials);
    Ok(describe(dir, &RunInfo { sections, ended, interrupted, ..result.run })?)
}

/// Draws the page of the results in `dir`, and prints the verdict of its cells and its path. Without a run there is
/// none.
///
/// # Errors
///
/// When the folder cannot be read, or the report cannot be written.
pub fn draw(dir: &Path) -> Result<(), Failure> {
    if !dir.join(RUN_FILE).is_file() {
        return Ok(());
    }
    let result = RunResult::read(dir)?;
    for problem in &result.problems {
        terminal::say(format_args!("tlstax: {problem}"));
    }
    let out = dir.join("report");
    let data = ReportData::of(&result);
    folder::write(&out, &files(&data)?)?;
    // Handshakes in memory have figures, but no cells that a verdict could be about.
    let said = if data.summaries.is_empty() { Vec::new() } else { of_report(&data) };
    let verdict: String = said.iter().map(|said| format!("{said}\n")).collect();
    let page = out.join(PAGE);
    terminal::write(&format!("\n{verdict}Report: {}\n", page.display()))
        .map_err(|source| Failure::Output { source })?;
    Ok(())
}

/// The sections with the cells that have trials.
fn ran(sections: &[Section], trials: &[Trial]) -> Vec<Section> {
    let has_run = |section: &Section, cell: &Cell| {
        trials.iter().any(|trial| trial.section == section.name && trial.cell == *cell)
    };
    let narrowed = sections.iter().map(|section| Section {
        cells: section.cells.iter().filter(|cell| has_run(section, cell)).cloned().collect(),
        ..section.clone()
    });
    narrowed.filter(|section| !section.cells.is_empty()).collect()
}
