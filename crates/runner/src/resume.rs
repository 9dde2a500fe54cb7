//! Going on with a run that was interrupted: only what is the same run, on the same machine, by the same program.
//!
//! What is on disk stays, trials that do not count too: running those again until they count would choose among
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

/// A run that was begun.
pub enum Begun {
    /// It ended at that time, with all its trials: nothing is left to be run.
    Whole(String),
    /// It lacks trials, or did not come to write down that it has ended.
    Unfinished(Box<Unfinished>),
}

/// Opens the run in `dir`, to be gone on with.
///
/// # Errors
/// When there is none, and when it cannot be gone on with.
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

/// Runs the trials of `plan` that `unfinished` lacks: those on disk are the first of the plan's, and the others follow
/// in its order. The outcome counts those that were there, too.
///
/// # Errors
/// As [`run()`](crate::run()), and [`Error::Differs`], before anything is run or written, when the plan is not that of
/// the run.
pub fn resume(plan: Plan, unfinished: Unfinished, observer: &mut impl Observer) -> Result<Outcome, Error> {
    // The origin tells its version once it runs.
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

/// The first trial on disk that does not stand where the plan's order has it: the seed was changed, or lines were
/// moved.
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
