//! Trials of cells in this process, batch after batch: what a benchmark's timing loop needs.
//!
//! Origins, certificates, the check of clients, ledgers and rules are those of a run. What only separate processes can
//! separate is lost: memory and threads include the caller's and are not reported, and settings of a whole process,
//! such as OpenSSL's configuration, apply to all cells.

use std::sync::Arc;

use fetch::Prepared;
use ledger::Ledger;
use measure::kernel::Counters;
use measure::protocol::{Finished, Seen};
use measure::recorder::Recorder;
use measure::result::{RunInfo, Section, Trial};
use workload::{Cell, Workload};

use crate::error::Error;
use crate::plan::Plan;
use crate::trial::error::TrialError;
use crate::trial::fetcher::Fetcher;
use crate::trial::run_context::{RunContext, TrialStart};
use crate::trial::saturation::most_time_wait;
use crate::trial::trial_builder::TrialBuilder;

/// An origin, and what is needed to check cells of this process against it.
pub struct Session {
    context: RunContext,
}

/// A cell of this process, warmed up.
pub struct Resident {
    section: Section,
    cell: Cell,
    start: TrialStart,
    warm: Option<Ledger>,
    prepared: Prepared,
    batches: u32,
}

impl Session {
    /// Starts the origin of `plan`.
    ///
    /// # Errors
    ///
    /// When the origin, its certificates or the temporary files cannot be created.
    pub fn open(plan: Plan) -> Result<Session, Error> {
        Ok(Session { context: RunContext::open(plan)? })
    }

    /// The run's description, completed by what the origin reported.
    pub fn run(&self) -> &RunInfo {
        &self.context.plan.run
    }

    /// The number of sockets in TIME_WAIT, if there are so many that connecting itself becomes slow: the next cell
    /// would pay for the connections of earlier ones.
    pub fn crowd(&self) -> Option<u64> {
        let waiting = Counters::read().time_wait;
        (waiting >= most_time_wait(self.context.plan.ports)).then_some(waiting)
    }

    /// Prepares a cell and warms it up.
    ///
    /// # Errors
    ///
    /// When it cannot be set up, its client cannot be checked, or its warm-up failed.
    pub fn prepare(&mut self, section: &Section, cell: &Cell) -> Result<Resident, Error> {
        let failed = |fault| match fault {
            TrialError::Failed(reason) => Error::Cell { cell: cell.clone(), reason },
            TrialError::Interrupted => Error::Cell { cell: cell.clone(), reason: "interrupted".to_owned() },
        };
        let (start, job) = self.context.begin(section, cell, None, 0).map_err(failed)?;
        let prepared = Prepared::new(&job).map_err(|error| failed(TrialError::Failed(error.to_string())))?;
        let warm = self
            .context
            .origin_of(cell)
            .and_then(|server| server.read(false).map_err(TrialError::from))
            .map_err(failed)?;
        Ok(Resident { section: section.clone(), cell: cell.clone(), start, warm, prepared, batches: 0 })
    }

    /// Makes all requests of the cell's workload once more: a trial in a round of its own.
    pub fn batch(&mut self, resident: &mut Resident) -> Trial {
        resident.batches += 1;
        let Resident { section, cell, start, warm, prepared, batches } = resident;
        let begun = TrialBuilder::begin(cell, &start.faults, start.insecure);
        let mut builder = TrialBuilder { ready: Some(prepared.ready().clone()), ..begun };
        let recorder = prepared.recorder();
        let mut process = ThisProcess { prepared, recorder };
        let measured = self.context.measured(section, cell, start, warm.as_ref(), &mut process, &mut builder);
        if let Err(TrialError::Failed(reason)) = measured {
            builder.broken.push(reason);
        }
        builder.build(&self.context.plan, section, cell, *batches)
    }
}

/// A cell of this process.
struct ThisProcess<'a> {
    prepared: &'a mut Prepared,
    recorder: Arc<Recorder>,
}

impl Fetcher for ThisProcess<'_> {
    fn pid(&self) -> u32 {
        std::process::id()
    }

    fn is_alone(&self) -> bool {
        false
    }

    fn go(&mut self) -> Result<Finished, TrialError> {
        Ok(self.prepared.run(&self.recorder))
    }

    fn faults(&self, _: u64, _: u64, _: &Finished) -> Vec<String> {
        Vec::new()
    }

    fn seen(&mut self, _: &Workload) -> Result<Seen, TrialError> {
        self.prepared.seen(&self.recorder).map_err(|error| TrialError::Failed(error.to_string()))
    }

    fn threads(&self) -> Option<u64> {
        None
    }
}
