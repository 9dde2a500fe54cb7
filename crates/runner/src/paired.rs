//! Paired runs: two programs, or one twice, run the same cells by turns.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use measure::result::{LeftOut, Order, Pinning, Section};
use origin::{Choice, EmbeddedProgram, Pins};

use crate::plan::arm_program::ArmProgram;
use crate::plan::origin_spec::OriginSpec;
use crate::plan::{Choices, Plan};

/// Rounds of a paired run where none are asked for: from 12 on a single change stands out even beside 70 others that
/// are looked at with it (Holm's correction of a sign test: 2 · 2⁻¹² ≤ 0.05 ÷ 72).
pub const PAIRED_ROUNDS: u32 = 12;

/// What a paired run is to do.
#[derive(Debug)]
pub struct PairedOptions {
    /// The programs that run each cell by turns.
    pub arms: Vec<ArmProgram>,
    /// What is fetched, by which cells.
    pub sections: Vec<Section>,
    /// What was asked for and cannot run here.
    pub left_out: Vec<LeftOut>,
    /// What is fetched from: one serves all programs.
    pub origin: Choice,
    /// Which CPUs run what.
    pub pinning: Pinning,
    /// Worker threads; `None`: as many as the client's CPUs, two at least.
    pub workers: Option<usize>,
    /// What the order of trials is drawn from; `None`: the time.
    pub seed: Option<u64>,
    /// What was typed to start it.
    pub command: Vec<String>,
    /// This program, which is the embedded origin.
    pub program: EmbeddedProgram,
    /// Becomes true when the run is to end now.
    pub interrupt: Arc<AtomicBool>,
}

impl PairedOptions {
    /// The plan of it, with its origin found. `say` is told what takes long.
    ///
    /// # Errors
    /// When the origin cannot be had.
    pub fn plan(self, say: &mut dyn FnMut(&str)) -> Result<Plan, origin::Error> {
        let PairedOptions { arms, sections, left_out, origin, pinning, workers, seed, command, program, interrupt } =
            self;
        let (kind, why) = origin::choose(origin, program.clone(), say, &interrupt)?;
        Ok(Plan::of(Choices {
            sections,
            left_out,
            scenario: None,
            order: Order::Interleaved,
            origin: OriginSpec::Ours(kind),
            why,
            pins: Pins::default(),
            pinning,
            workers,
            seed,
            command,
            program,
            external_engines: BTreeMap::new(),
            arms,
            interrupt,
        }))
    }
}
