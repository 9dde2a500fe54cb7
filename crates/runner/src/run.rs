//! A complete run, from the start of its origin to its last trial.

use measure::result::{ResultWriter, RunInfo, WriteError};

use crate::error::Error;
use crate::plan::Plan;
use crate::rounds::{Done, Observer, Outcome, to_the_end};
use crate::trial::probe::Probe;
use crate::trial::run_context::RunContext;

/// Runs the plan. Each trial is on disk before the next begins. `make_writer` receives the run's description, completed
/// by what the started origin reports, and creates the result folder, before anything is measured.
pub fn run(
    plan: Plan,
    make_writer: impl FnOnce(&RunInfo) -> Result<ResultWriter, WriteError>,
    observer: &mut impl Observer,
) -> Result<Outcome, Error> {
    run_with(plan, make_writer, observer, None)
}

/// [`run`], with a probe that observes each trial's process.
///
/// # Errors
///
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
    let mut context = RunContext::open(plan)?;
    observer.origin(&context.plan.run.origin);
    let mut writer = make_writer(&context.plan.run)?;
    to_the_end(&mut context, &mut writer, observer, probe, &Done::default())
}
