//! The measured part of a trial: costs and ledger read before and after, and the verdict on what lies between.
//!
//! It is the same for an engine in a process of its own and for a cell that runs in this one.

use ledger::Ledger;
use measure::clock::now_ns;
use measure::kernel::Counters;
use measure::process::{Cost, ProcessError, Reading, peak_memory_bytes, reset_peak_memory};
use measure::protocol::{Finished, Seen};
use measure::recorder::fold_rows;
use measure::result::Section;
use workload::floor::is_floor;
use workload::{Cell, Workload};

use crate::engine::Fault;
use crate::learnt::Learnt;
use crate::pace;
use crate::source::sides;
use crate::stage::{Stage, origin_failed};
use crate::verify::{Evidence, broken_answers, broken_rules};

/// Who makes the requests.
pub(crate) trait Fetcher {
    /// Its process.
    fn pid(&self) -> u32;
    /// Whether that process does nothing else, so that its memory is the model's too.
    fn is_alone(&self) -> bool;
    /// The costs are read next, and then it makes its requests.
    fn before_go(&mut self) -> Result<(), Fault> {
        Ok(())
    }
    /// It has made its requests, and the costs have been read.
    fn after_go(&mut self) -> Result<(), Fault> {
        Ok(())
    }
    /// Makes all requests.
    fn go(&mut self) -> Result<Finished, Fault>;
    /// What is wrong with how it went, beside what it tells.
    fn faults(&self, said: u64, heard: u64, finished: &Finished) -> Vec<String>;
    /// What was seen, merged and encoded.
    fn seen(&mut self, workload: &Workload) -> Result<Seen, Fault>;
    /// Why its process could not be read, before it said what was `due`.
    fn unread(&mut self, _due: &str, error: &ProcessError) -> Fault {
        Fault::Failed(error.to_string())
    }
    /// Most threads that it was seen with.
    fn threads(&self) -> Option<u64>;
}

/// A cell before its first request.
pub(crate) struct Opened {
    /// The ledger then; `None` where there is none.
    pub(crate) start: Option<Ledger>,
    /// What is wrong with how its client verifies.
    pub(crate) faults: Vec<String>,
}

impl Opened {
    /// Begins what is learnt of a trial with what the examination of its client came to.
    pub(crate) fn learnt(&self, cell: &Cell) -> Learnt {
        Learnt {
            broken: self.faults.clone(),
            // A floor is shown to no impostor.
            verifies: (cell.is_tls() && !is_floor(cell)).then_some(self.faults.is_empty()),
            ..Learnt::default()
        }
    }
}

impl Stage {
    /// Runs the measured part of `cell`, which is warm. `warm` is the ledger after its warm-up, if that has been read.
    pub(crate) fn measured(
        &mut self,
        section: &Section,
        cell: &Cell,
        opened: &Opened,
        warm: Option<&Ledger>,
        fetcher: &mut impl Fetcher,
        learnt: &mut Learnt,
    ) -> Result<(), Fault> {
        let paces = learnt.ready.as_ref().is_some_and(|ready| ready.paces);
        if let Some(reason) = pace::unfit(&section.workload, paces, &cell.client) {
            return Err(Fault::Failed(reason));
        }
        let before = self.source_of(cell)?.read(true).map_err(origin_failed)?;
        learnt.before = Counters::read();
        if fetcher.is_alone() {
            reset_peak_memory(fetcher.pid()).map_err(|error| fetcher.unread("finished", &error))?;
        }
        fetcher.before_go()?;
        let origin_before = self.source_of(cell)?.reading()?;
        let client_before = Reading::of(fetcher.pid()).map_err(|error| fetcher.unread("finished", &error))?;
        let said = now_ns();
        let finished = fetcher.go()?;
        let heard = now_ns();
        let client_after = Reading::of(fetcher.pid()).map_err(|error| fetcher.unread("done", &error))?;
        fetcher.after_go()?;
        if fetcher.is_alone() {
            let peak = peak_memory_bytes(fetcher.pid());
            learnt.peak_memory_bytes = peak.map_err(|error| fetcher.unread("done", &error))?;
        }
        learnt.finished = Some(finished);
        learnt.broken.extend(fetcher.faults(said, heard, &finished));
        learnt.broken.extend(pace::unkept(&section.workload, &finished));
        learnt.client = client_after.since(&client_before);
        learnt.after = Counters::read();

        // The origin may still be at work on what the last answers left behind: that is its cost too, but none of the
        // trial's time. Its ledger is read before its CPU clock, so that what is counted has been paid for.
        let source = self.source_of(cell)?;
        let end = source.read(false).map_err(origin_failed)?;
        let origin_after = source.reading()?;
        learnt.origin = cost_between(origin_before, origin_after);

        learnt.seen = fold_rows(fetcher.seen(&section.workload)?, &section.workload)
            .map_err(|error| Fault::Failed(error.to_string()))?;
        learnt.threads = fetcher.threads();
        let (Some(start), Some(before), Some(end)) = (&opened.start, before, end) else {
            learnt.broken.extend(broken_answers(&section.workload, &learnt.seen));
            learnt.unproven = true;
            return Ok(());
        };
        self.judge(section, cell, [start, warm.unwrap_or(&before), &before, &end], learnt);
        Ok(())
    }

    /// Holds what was seen against the ledger: at the start, after the warm-up, before and after the measured part.
    fn judge(&self, section: &Section, cell: &Cell, [start, warm, before, end]: [&Ledger; 4], learnt: &mut Learnt) {
        let of_cell = |ledger| sides(cell, ledger).0;
        let of_other = |ledger| sides(cell, ledger).1;
        let measured = of_cell(end).since(of_cell(before));
        let warm_up = of_cell(warm).since(of_cell(start));
        learnt.broken.extend(broken_rules(&Evidence {
            cell,
            workload: &section.workload,
            seen: &learnt.seen,
            measured: &measured,
            warm_up: &warm_up,
            other: &of_other(end).since(of_other(start)),
            pinned: &self.plan.handshake_of(cell),
            terms: self.plan.terms(cell),
        }));
        learnt.measured = Some(measured);
        learnt.warm_up = Some(warm_up);
    }
}

/// What a process cost between two readings; nothing for a server that is not ours.
pub(crate) fn cost_between(before: Option<Reading>, after: Option<Reading>) -> Cost {
    before.zip(after).map(|(before, after)| after.since(&before)).unwrap_or_default()
}
