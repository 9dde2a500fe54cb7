//! A trial of a program that does not know the trial protocol, from its start to its end. The ledger records what it
//! did.

use measure::kernel::Counters;
use measure::protocol::{Finished, Ready};
use measure::result::Section;
use workload::Cell;

use crate::plan::command_line::CommandLine;
use crate::trial::error::TrialError;
use crate::trial::measured_part::{cost_between, sides};
use crate::trial::run_context::RunContext;
use crate::trial::trial_builder::TrialBuilder;
use crate::trial::{deadline, program};

impl RunContext {
    /// Runs it, and passes its results to `builder`.
    pub(super) fn program_trial(
        &mut self,
        section: &Section,
        cell: &Cell,
        round: u32,
        command: &CommandLine,
        builder: &mut TrialBuilder,
    ) -> Result<(), TrialError> {
        let (workload, trust_file) = (&section.workload, &self.origins.trust_file(&cell.axes)?);
        builder.verifies = self.certificate_check.verifies(cell, command, workload)?;
        let server = self.origin_of(cell)?;
        let start = server.begin()?;
        let mut targets = server.targets(cell, workload)?;
        // A port per round: a program that opens a connection per request leaves all of them in TIME_WAIT at one port.
        let target = targets.swap_remove(round as usize % targets.len());
        builder.before = Counters::read();
        let origin_before = server.reading()?;
        let plan = &self.plan;
        let until = deadline::of_trial(plan.deadline, workload, cell);
        let cpus = &plan.run.pinning.client;
        let ended = program::run(cpus, &plan.interrupt, command, &target.url, workload, trust_file, until)?;
        builder.after = Counters::read();
        let server = self.origin_of(cell)?;
        let end = server.read(false)?;
        let origin_after = server.reading()?;
        builder.origin = cost_between(origin_before, origin_after);
        builder.finished = Some(Finished { started_ns: 0, ended_ns: ended.wall_ns, recorder_bytes: 0 });
        builder.client = ended.cost;
        builder.peak_memory_bytes = ended.peak_memory_bytes;
        builder.broken.extend(ended.complaint);
        let (Some(start), Some(end)) = (start, end) else {
            return Err(TrialError::Failed(
                "only an origin's ledger can show what a program did: omit --origin".to_owned(),
            ));
        };
        let measured = sides(cell, &end).0.since(sides(cell, &start).0);
        builder.seen.right = measured.requests;
        let due = command.requests(workload);
        if measured.requests < due {
            builder.broken.push(format!("the origin served {} requests instead of {due}", measured.requests));
        }
        builder.ready = Some(Ready { engine: command.name().to_owned(), ..Ready::default() });
        builder.measured = Some(measured);
        Ok(())
    }
}
