//! One trial in a process of its own: an engine from job to done, or a program from start to end.

pub(crate) mod environment;
pub(crate) mod error;
pub(crate) mod fetcher;
pub(crate) mod measured_part;
pub(crate) mod probe;
pub(crate) mod run_context;
pub(crate) mod saturation;
pub(crate) mod trial_builder;

mod body_file;
mod certificate_check;
mod deadline;
mod engine;
mod engine_output;
mod engine_trial;
mod openssl_config;
mod output_tail;
mod pace;
mod program;
mod program_trial;
mod untrusted;
mod verify;

use measure::result::{Arm, Section, Trial};
use workload::Cell;

use self::error::{TrialError, in_one_line};
use self::probe::Probe;
use self::run_context::RunContext;
use self::trial_builder::TrialBuilder;
use crate::plan::external_engine::ExternalEngine;

/// The run must end now.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl RunContext {
    /// Runs one trial. `Err` only when the run must end now; a trial that fails is an invalid [`Trial`].
    pub(crate) fn trial(
        &mut self,
        section: &Section,
        cell: &Cell,
        arm: Option<Arm>,
        round: u32,
        probe: Option<&mut dyn Probe>,
    ) -> Result<Trial, Interrupted> {
        let mut builder = TrialBuilder::default();
        let command = match self.plan.external_engine(cell) {
            Some(ExternalEngine::Command(command)) => Some(command.clone()),
            Some(ExternalEngine::Protocol(_)) | None => None,
        };
        let measured = match &command {
            Some(command) => self.program_trial(section, cell, round, command, &mut builder),
            None => self.engine_trial(section, cell, arm, round, probe, &mut builder),
        };
        match measured {
            Ok(()) => {}
            Err(TrialError::Interrupted) => return Err(Interrupted),
            Err(TrialError::Failed(reason)) => {
                // If the origin has ended, that is the reason, and the client's errors are its consequence.
                let ended = self.origin_of(cell).ok().and_then(|server| server.ended());
                builder.broken.extend(ended.map(|ended| in_one_line(&ended.to_string())));
                builder.broken.push(reason);
            }
        }
        if let Some(verification) = self.plan.verification() {
            let advice = |reason: &String| untrusted::advice(reason, verification);
            let told = builder.broken.iter().find_map(advice);
            builder.broken.extend(told);
        }
        Ok(Trial { arm, ..builder.build(&self.plan, section, cell, round) })
    }
}
