//! Trials of cells in this very process, batch after batch: what a benchmark's timing loop needs.
//!
//! Origins, certificates, the examination of clients, ledgers and rules are those of a run. What a process of its own
//! would keep apart is lost: memory and threads are the caller's too and are not told, and what one process can be told
//! but once, such as OpenSSL's configuration, holds for all cells.

use std::process;
use std::sync::Arc;

use fetch::Prepared;
use ledger::Ledger;
use measure::kernel::Counters;
use measure::protocol::{Finished, Seen};
use measure::recorder::Recorder;
use measure::result::{RunInfo, Section, Trial};
use workload::{Cell, Workload};

use crate::engine::Fault;
use crate::error::Error;
use crate::learnt::Learnt;
use crate::measured::{Fetcher, Opened};
use crate::plan::Plan;
use crate::saturation::most_time_wait;
use crate::stage::{Stage, origin_failed};

/// An origin and what it takes to hold cells of this process against it.
pub struct Session {
    stage: Stage,
}

/// A cell of this process, warm.
pub struct Resident {
    section: Section,
    cell: Cell,
    opened: Opened,
    warm: Option<Ledger>,
    prepared: Prepared,
    batches: u32,
}

impl Session {
    /// Starts the origin of `plan`.
    ///
    /// # Errors
    /// When the origin, its certificates or the temporary files cannot be had.
    pub fn open(plan: Plan) -> Result<Session, Error> {
        Ok(Session { stage: Stage::open(plan)? })
    }

    /// What is run, with what was learnt of the origin.
    pub fn run(&self) -> &RunInfo {
        &self.stage.plan.run
    }

    /// Sockets in TIME_WAIT now, if they are so many that connecting itself turns slow: a cell that runs now would pay
    /// for those before it.
    pub fn crowd(&self) -> Option<u64> {
        let waiting = Counters::read().time_wait;
        (waiting >= most_time_wait(self.stage.plan.ports)).then_some(waiting)
    }

    /// Prepares a cell and warms it up.
    ///
    /// # Errors
    /// When it cannot be set up, its client not be examined, or its warm-up failed.
    pub fn prepare(&mut self, section: &Section, cell: &Cell) -> Result<Resident, Error> {
        let failed = |fault| match fault {
            Fault::Failed(reason) => Error::Cell { cell: cell.clone(), reason },
            Fault::Interrupted => Error::Cell { cell: cell.clone(), reason: "interrupted".to_owned() },
        };
        let (opened, job) = self.stage.begin(section, cell, None, 0).map_err(failed)?;
        let prepared = Prepared::new(&job).map_err(|error| failed(Fault::Failed(error.to_string())))?;
        let warm =
            self.stage.source_of(cell).and_then(|source| source.read(false).map_err(origin_failed)).map_err(failed)?;
        Ok(Resident { section: section.clone(), cell: cell.clone(), opened, warm, prepared, batches: 0 })
    }

    /// Makes all requests of the cell's workload once more: a trial, with its own round.
    pub fn batch(&mut self, resident: &mut Resident) -> Trial {
        resident.batches += 1;
        let Resident { section, cell, opened, warm, prepared, batches } = resident;
        let mut learnt = Learnt { ready: Some(prepared.ready().clone()), ..opened.learnt(cell) };
        let recorder = prepared.recorder();
        let mut here = Here { prepared, recorder };
        let measured = self.stage.measured(section, cell, opened, warm.as_ref(), &mut here, &mut learnt);
        if let Err(Fault::Failed(reason)) = measured {
            learnt.broken.push(reason);
        }
        learnt.record(&self.stage.plan, section, cell, *batches)
    }
}

/// A cell of this process.
struct Here<'a> {
    prepared: &'a mut Prepared,
    recorder: Arc<Recorder>,
}

impl Fetcher for Here<'_> {
    fn pid(&self) -> u32 {
        process::id()
    }

    fn is_alone(&self) -> bool {
        false
    }

    fn go(&mut self) -> Result<Finished, Fault> {
        Ok(self.prepared.run(&self.recorder))
    }

    fn faults(&self, _: u64, _: u64, _: &Finished) -> Vec<String> {
        Vec::new()
    }

    fn seen(&mut self, _: &Workload) -> Result<Seen, Fault> {
        self.prepared.seen(&self.recorder).map_err(|error| Fault::Failed(error.to_string()))
    }

    fn threads(&self) -> Option<u64> {
        None
    }
}
