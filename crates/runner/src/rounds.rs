//! The rounds of a run: runs each missing trial, one after another, and writes it to disk before the next begins.
//!
//! The caller creates the result folder, and knows which trials exist already.

use std::collections::HashSet;
use std::sync::atomic::Ordering::Relaxed;

use measure::result::{Arm, OriginInfo, ResultWriter, RunInfo, Section, Trial};
use workload::Cell;

use crate::error::Error;
use crate::plan::trial_order::shuffled;
use crate::trial::Interrupted;
use crate::trial::probe::{Probe, lent};
use crate::trial::run_context::RunContext;

/// Receives a run's progress.
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

/// The trials that exist already.
#[derive(Debug, Default)]
pub(crate) struct Done {
    trials: HashSet<(String, Cell, Option<Arm>, u32)>,
    pub(crate) valid: usize,
    pub(crate) invalid: usize,
}

impl Done {
    /// The trials that were read from disk.
    pub(crate) fn of(trials: &[Trial]) -> Done {
        let valid = trials.iter().filter(|trial| trial.counts()).count();
        let key = |trial: &Trial| (trial.section.clone(), trial.cell.clone(), trial.arm, trial.round);
        Done { trials: trials.iter().map(key).collect(), valid, invalid: trials.len() - valid }
    }

    /// Whether this trial exists.
    pub(crate) fn has(&self, section: &Section, cell: &Cell, arm: Option<Arm>, round: u32) -> bool {
        self.trials.contains(&(section.name.clone(), cell.clone(), arm, round))
    }
}

/// Runs the trials of the context's plan that are not in `done`, and records the end of the run.
pub(crate) fn to_the_end(
    context: &mut RunContext,
    writer: &mut ResultWriter,
    observer: &mut impl Observer,
    probe: Option<&mut dyn Probe>,
    done: &Done,
) -> Result<Outcome, Error> {
    let outcome = rounds(context, writer, observer, probe, done)?;
    writer.check()?;
    let ended = Some(jiff::Timestamp::now().to_string());
    writer.describe(&RunInfo { ended, interrupted: outcome.interrupted, ..context.plan.run.clone() })?;
    Ok(outcome)
}

fn rounds(
    context: &mut RunContext,
    writer: &mut ResultWriter,
    observer: &mut impl Observer,
    mut probe: Option<&mut dyn Probe>,
    done: &Done,
) -> Result<Outcome, Error> {
    let RunInfo { sections, seed, .. } = context.plan.run.clone();
    let turns = context.plan.turns();
    let mut outcome = Outcome { valid: done.valid, invalid: done.invalid, interrupted: false };
    for section in &sections {
        for round in 1..=section.rounds {
            for (cell, arm) in shuffled(&section.cells, &turns, seed, &section.name, round) {
                if done.has(section, &cell, arm, round) {
                    continue;
                }
                writer.check()?;
                observer.begins(section, &cell, round);
                let trial = match context.trial(section, &cell, arm, round, lent(&mut probe)) {
                    Ok(trial) if !context.plan.interrupt.load(Relaxed) => trial,
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
