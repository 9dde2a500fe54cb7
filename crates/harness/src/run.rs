//! A whole run: sections, rounds, trials, one line each.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;

use measure::result::{OriginInfo, ResultWriter, RunInfo, Section, Trial, WriteError};
use workload::Cell;

use crate::plan::Plan;
use crate::probe::{Probe, lent};
use crate::resume::{Difference, Done};
use crate::stage::Stage;
use crate::trial::Interrupted;

/// Told of a run's progress.
pub trait Observer {
    /// The origin listens.
    fn origin(&mut self, origin: &OriginInfo);
    /// A trial is about to run.
    fn begins(&mut self, section: &Section, cell: &Cell, round: u32);
    /// A trial has been run and is on disk.
    fn ended(&mut self, section: &Section, trial: &Trial);
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Trials that count.
    pub valid: usize,
    /// Trials that do not.
    pub invalid: usize,
    /// Whether it was interrupted before its last trial.
    pub interrupted: bool,
}

/// Why a run could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The origin or its certificates.
    #[error(transparent)]
    Origin(#[from] origin::Error),
    /// The result folder.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// What would go on with a run is not that run.
    #[error("this would be another run, so that nothing was run{}", .0.iter().map(|difference| format!("\n  {difference}")).collect::<String>())]
    Differs(Vec<Difference>),
    /// A file of the run's own could not be written.
    #[error("writing a temporary file in {}: {source}; set TMPDIR to a folder with room", .path.display())]
    Temporary {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A cell of this process could not be prepared.
    #[error("preparing {cell}: {reason}")]
    Cell {
        /// Which.
        cell: Cell,
        /// Why.
        reason: String,
    },
}

/// Runs the plan. Each trial is on disk before the next begins. `make_writer` is called with what was learnt of the
/// origin, and makes the result folder: nothing is measured before it is there.
pub fn run(
    plan: Plan,
    make_writer: impl FnOnce(&RunInfo) -> Result<ResultWriter, WriteError>,
    observer: &mut impl Observer,
) -> Result<Outcome, Error> {
    run_with(plan, make_writer, observer, None)
}

/// [`run`], with a probe that is told of each trial's process.
///
/// # Errors
/// As [`run`].
pub fn run_probed(
    plan: Plan,
    make_writer: impl FnOnce(&RunInfo) -> Result<ResultWriter, WriteError>,
    observer: &mut impl Observer,
    probe: &mut dyn Probe,
) -> Result<Outcome, Error> {
    run_with(plan, make_writer, observer, Some(probe))
}

fn run_with(
    plan: Plan,
    make_writer: impl FnOnce(&RunInfo) -> Result<ResultWriter, WriteError>,
    observer: &mut impl Observer,
    probe: Option<&mut dyn Probe>,
) -> Result<Outcome, Error> {
    let mut stage = Stage::open(plan)?;
    observer.origin(&stage.plan.run.origin);
    let mut writer = make_writer(&stage.plan.run)?;
    to_the_end(&mut stage, &mut writer, observer, probe, &Done::default())
}

/// Runs what is not `done` of the stage's plan, and writes down that it has ended.
pub(crate) fn to_the_end(
    stage: &mut Stage,
    writer: &mut ResultWriter,
    observer: &mut impl Observer,
    probe: Option<&mut dyn Probe>,
    done: &Done,
) -> Result<Outcome, Error> {
    let outcome = rounds(stage, writer, observer, probe, done)?;
    writer.check()?;
    let ended = Some(jiff::Timestamp::now().to_string());
    writer.describe(&RunInfo { ended, interrupted: outcome.interrupted, ..stage.plan.run.clone() })?;
    Ok(outcome)
}

fn rounds(
    stage: &mut Stage,
    writer: &mut ResultWriter,
    observer: &mut impl Observer,
    mut probe: Option<&mut dyn Probe>,
    done: &Done,
) -> Result<Outcome, Error> {
    let RunInfo { sections, seed, .. } = stage.plan.run.clone();
    let turns = stage.plan.turns();
    let mut outcome = Outcome { valid: done.valid, invalid: done.invalid, interrupted: false };
    for section in &sections {
        for round in 1..=section.rounds {
            for (cell, arm) in crate::order::shuffled(&section.cells, &turns, seed, &section.name, round) {
                if done.has(section, &cell, arm, round) {
                    continue;
                }
                writer.check()?;
                observer.begins(section, &cell, round);
                let trial = match stage.trial(section, &cell, arm, round, lent(&mut probe)) {
                    Ok(trial) if !stage.plan.interrupt.load(Relaxed) => trial,
                    Ok(_) | Err(Interrupted) => return Ok(Outcome { interrupted: true, ..outcome }),
                };
                writer.append(&trial)?;
                if trial.counts() {
                    outcome.valid += 1
                } else {
                    outcome.invalid += 1
                }
                observer.ended(section, &trial);
                if let Some(probe) = &mut probe {
                    probe.ended(section, &trial);
                }
            }
        }
    }
    Ok(outcome)
}
