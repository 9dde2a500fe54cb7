//! Runs on an origin of tlstax's own whose trials take turns: of one program, or of two that are compared in pairs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use measure::result::{LeftOut, Pinning, Section, TrialOrder};
use origin::{Choice, EmbeddedProgram, Pins};

use crate::plan::arm_program::ArmProgram;
use crate::plan::origin_spec::OriginSpec;
use crate::plan::{Choices, Plan};

/// The default number of rounds of a paired run: with 12, a single change is found even among 70 comparisons (Holm's
/// correction of a sign test: 2 · 2⁻¹² ≤ 0.05 ÷ 72).
pub const PAIRED_ROUNDS: u32 = 12;

/// The options of such a run.
#[derive(Debug)]
pub struct InterleavedOptions {
    /// The programs that run each cell in turns; empty: this one alone.
    pub arms: Vec<ArmProgram>,
    /// The workloads, with their cells.
    pub sections: Vec<Section>,
    /// Requested cells that cannot run here.
    pub left_out: Vec<LeftOut>,
    /// The origin: one serves all programs.
    pub origin: Choice,
    /// The CPUs of client and origin.
    pub pinning: Pinning,
    /// Worker threads; `None`: as many as the client's CPUs, two at least.
    pub workers: Option<usize>,
    /// The seed of the order of trials; `None`: taken from the time.
    pub seed: Option<u64>,
    /// The command line that started it.
    pub command: Vec<String>,
    /// This program, which is also the embedded origin.
    pub program: EmbeddedProgram,
    /// Becomes true when the run must end now.
    pub interrupt: Arc<AtomicBool>,
}

impl InterleavedOptions {
    /// Its plan, after finding the origin. `say` receives a message before a step that takes long.
    ///
    /// # Errors
    ///
    /// When the origin is not available.
    pub fn plan(self, say: &mut dyn FnMut(&str)) -> Result<Plan, origin::Error> {
        let InterleavedOptions {
            arms,
            sections,
            left_out,
            origin,
            pinning,
            workers,
            seed,
            command,
            program,
            interrupt,
        } = self;
        let (kind, why) = origin::choose(origin, program.clone(), say, &interrupt)?;
        Ok(Plan::of(Choices {
            sections,
            left_out,
            scenario: None,
            order: TrialOrder::Interleaved,
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
