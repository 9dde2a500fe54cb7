//! Paired runs: two programs, or one twice, run the same cells by turns.

use std::path::PathBuf;

use harness::skipped::take_out;
use harness::{ArmProgram, Choices, Outcome, Pins, Plan};
use measure::result::{Arm, Order, Pinning, ResultWriter, RunResult, Section};
use origin::Choice;

use crate::cmd::compress::Compress;
use crate::failure::Failure;
use crate::origin_flag::OriginFlag;
use crate::program::{command, embedded_program};
use crate::progress::{self, Progress};
use crate::{folder, interrupt};

/// Rounds where none are asked for: from 12 on a single change stands out even beside 70 others that are looked at
/// with it (Holm's correction of a sign test: 2 · 2⁻¹² ≤ 0.05 ÷ 72).
pub(crate) const ROUNDS: u32 = 12;

/// What a paired run is to do.
pub(crate) struct PairedOptions {
    pub(crate) arms: Vec<ArmProgram>,
    pub(crate) sections: Vec<Section>,
    pub(crate) origin: Choice,
    pub(crate) pinning: Pinning,
    pub(crate) workers: Option<usize>,
    pub(crate) seed: Option<u64>,
    pub(crate) out: Option<PathBuf>,
    pub(crate) compress: Compress,
}

/// This program, twice.
pub(crate) fn same() -> Result<Vec<ArmProgram>, Failure> {
    let exe = std::env::current_exe().map_err(Failure::io("finding this program's own file"))?;
    Ok([Arm::Base, Arm::New].map(|arm| ArmProgram::read(arm, &exe)).into_iter().collect::<Result<_, _>>()?)
}

/// Runs it. What was measured is on disk, in the folder that is returned, and read back.
pub(crate) fn measure(options: PairedOptions) -> Result<(PathBuf, RunResult, Outcome), Failure> {
    let PairedOptions { arms, mut sections, origin, pinning, workers, seed, out, compress } = options;
    let left_out = take_out(&mut sections, Vec::new())?;
    progress::left_out(&left_out);
    let program = embedded_program()?;
    let (origin, why) = OriginFlag::Ours(origin).spec(None, program.clone(), false, false)?;
    let plan = Plan::of(Choices {
        sections,
        left_out,
        scenario: None,
        order: Order::Interleaved,
        origin,
        why,
        pins: Pins::default(),
        pinning,
        workers,
        seed,
        command: command(),
        program,
        external_engines: Default::default(),
        arms,
        interrupt: interrupt::flag()?,
    });
    let place = folder::Place::of(out.as_deref())?;
    let dir = place.path();
    let mut progress = Progress::new(plan.run.trials_due());
    let outcome = harness::run(plan, |run| ResultWriter::create(dir, run), &mut progress);
    progress.finish();
    let outcome = outcome?;
    compress.ended(dir, outcome.interrupted)?;
    Ok((dir.to_owned(), RunResult::read(dir)?, outcome))
}
