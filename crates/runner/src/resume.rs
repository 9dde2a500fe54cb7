//! Resumes an interrupted run, provided that it is the same run, on the same machine, by the same program.
//!
//! All trials on disk are kept, including those that do not count: repeating these until they count would select
//! results.

use std::path::Path;

use measure::result::{Arm, ResumeError, RunInfo, Trial, Unfinished};
use workload::Cell;

use crate::difference::{Difference, differences};
use crate::error::Error;
use crate::plan::Plan;
use crate::plan::trial_order::shuffled;
use crate::rounds::{Done, Observer, Outcome, to_the_end};
use crate::trial::run_context::RunContext;

/// A run that was started earlier.
pub enum Begun {
    /// It is complete and ended at that time: there is nothing left to run.
    Whole(String),
    /// It lacks trials, or was stopped before it recorded its end.
    Unfinished(Box<Unfinished>),
}

/// Opens the run in `dir` to resume it.
///
/// # Errors
///
/// When there is none, and when it cannot be resumed.
pub fn open(dir: &Path) -> Result<Begun, ResumeError> {
    match Unfinished::open(dir) {
        Ok(unfinished) => Ok(match unfinished.run.ended.as_ref().filter(|_| unfinished.is_whole()) {
            Some(ended) => Begun::Whole(ended.clone()),
            None => Begun::Unfinished(Box::new(unfinished)),
        }),
        Err(ResumeError::Compressed { whole_since: Some(ended), .. }) => Ok(Begun::Whole(ended)),
        Err(error) => Err(error),
    }
}

/// Runs the trials of `plan` that `unfinished` lacks: those on disk are the first of the plan, and the others follow in
/// its order. The outcome includes the trials on disk.
///
/// # Errors
///
/// As [`run()`](crate::run()), and [`Error::Differs`], before anything is run or written, when the plan is not that of
/// the run.
pub fn resume(plan: Plan, unfinished: Unfinished, observer: &mut impl Observer) -> Result<Outcome, Error> {
    // The origin's version is only known once it runs.
    let mut context = RunContext::open(plan)?;
    let mut differences = differences(&unfinished.run, &context.plan.run);
    if differences.is_empty() {
        differences.extend(elsewhere(&context.plan, &unfinished.trials));
    }
    if !differences.is_empty() {
        return Err(Error::Differs(differences));
    }
    observer.origin(&context.plan.run.origin);
    let done = Done::of(&unfinished.trials);
    let (mut writer, run) = unfinished.go_on(jiff::Timestamp::now().to_string())?;
    context.plan.run = run;
    to_the_end(&mut context, &mut writer, observer, None, &done)
}

/// The first trial on disk that is not at its place in the plan's order: the seed was changed, or lines were moved.
fn elsewhere(plan: &Plan, trials: &[Trial]) -> Option<Difference> {
    let turns = plan.turns();
    let RunInfo { sections, seed, .. } = &plan.run;
    let rounds = sections.iter().flat_map(|section| (1..=section.rounds).map(move |round| (section, round)));
    let due = rounds.flat_map(|(section, round)| {
        let cells = shuffled(&section.cells, &turns, *seed, &section.name, round);
        cells.into_iter().map(move |(cell, arm)| (section.name.clone(), round, cell, arm))
    });
    let there = trials.iter().map(|trial| (trial.section.clone(), trial.round, trial.cell.clone(), trial.arm));
    let moved = (1..).zip(there.zip(due)).find(|(_, (there, due))| there != due);
    moved.map(|(number, (there, due))| {
        let told = |(section, round, cell, arm): (String, u32, Cell, Option<Arm>)| {
            let arm = arm.map_or_else(String::new, |arm| format!(" by {arm}"));
            format!("{cell}{arm} in round {round} of {section}")
        };
        Difference { what: format!("trial {number}, by the seed"), was: told(there), now: told(due) }
    })
}
