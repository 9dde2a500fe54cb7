//! The measured part of a trial: reads costs and ledger before and after it, and checks the difference.
//!
//! It is the same for an engine in a process of its own and for a cell that runs in this process.

use ledger::{Ledger, Side};
use measure::clock::now_ns;
use measure::kernel::Counters;
use measure::process::{Cost, Reading, peak_memory_bytes, reset_peak_memory};
use measure::recorder::fold_rows;
use measure::result::Section;
use workload::Cell;

use crate::trial::error::TrialError;
use crate::trial::fetcher::Fetcher;
use crate::trial::pace;
use crate::trial::run_context::{RunContext, TrialStart};
use crate::trial::trial_builder::TrialBuilder;
use crate::trial::verify::{Evidence, broken_answers, broken_rules};

impl RunContext {
    /// Runs the measured part of `cell`, which is warm. `warm` is the ledger after its warm-up, if that has been read.
    pub(crate) fn measured(
        &mut self,
        section: &Section,
        cell: &Cell,
        start: &TrialStart,
        warm: Option<&Ledger>,
        fetcher: &mut impl Fetcher,
        builder: &mut TrialBuilder,
    ) -> Result<(), TrialError> {
        let paces = builder.ready.as_ref().is_some_and(|ready| ready.paces);
        if let Some(reason) = pace::unfit(&section.workload, paces, &cell.client) {
            return Err(TrialError::Failed(reason));
        }
        let customizes = builder.ready.as_ref().is_some_and(|ready| ready.custom_requests);
        if !customizes && !section.workload.request.is_default() {
            return Err(TrialError::Failed(format!(
                "the engine {:?} does not say that it makes requests of another kind than GET (\"custom_requests\" in its \
                 \"ready\"): leave -H, --method and --body out",
                cell.client
            )));
        }
        let before = self.origin_of(cell)?.read(true)?;
        builder.before = Counters::read();
        if fetcher.is_alone() {
            reset_peak_memory(fetcher.pid()).map_err(|error| fetcher.unread("finished", &error))?;
        }
        fetcher.before_go()?;
        let origin_before = self.origin_of(cell)?.reading()?;
        let client_before = Reading::of(fetcher.pid()).map_err(|error| fetcher.unread("finished", &error))?;
        let said = now_ns();
        let finished = fetcher.go()?;
        let heard = now_ns();
        let client_after = Reading::of(fetcher.pid()).map_err(|error| fetcher.unread("done", &error))?;
        fetcher.after_go()?;
        if fetcher.is_alone() {
            let peak = peak_memory_bytes(fetcher.pid());
            builder.peak_memory_bytes = peak.map_err(|error| fetcher.unread("done", &error))?;
        }
        builder.finished = Some(finished);
        builder.broken.extend(fetcher.faults(said, heard, &finished));
        builder.broken.extend(pace::unkept(&section.workload, &finished));
        builder.client = client_after.since(&client_before);
        builder.after = Counters::read();

        // The origin may still be doing work that the last responses have left: that is part of its cost, but not of
        // the trial's time. Its ledger is read before its CPU clock, so that everything that is counted has been paid
        // for.
        let server = self.origin_of(cell)?;
        let end = server.read(false)?;
        let origin_after = server.reading()?;
        builder.origin = cost_between(origin_before, origin_after);

        builder.seen = fold_rows(fetcher.seen(&section.workload)?, &section.workload)
            .map_err(|error| TrialError::Failed(error.to_string()))?;
        builder.threads = fetcher.threads();
        let (Some(start), Some(before), Some(end)) = (&start.ledger, before, end) else {
            builder.broken.extend(broken_answers(&section.workload, &builder.seen));
            builder.unproven = true;
            return Ok(());
        };
        self.judge(section, cell, [start, warm.unwrap_or(&before), &before, &end], builder);
        Ok(())
    }

    /// Checks the measurements against the ledger: at the start, after the warm-up, before and after the measured part.
    fn judge(
        &self,
        section: &Section,
        cell: &Cell,
        [start, warm, before, end]: [&Ledger; 4],
        builder: &mut TrialBuilder,
    ) {
        let of_cell = |ledger| sides(cell, ledger).0;
        let of_other = |ledger| sides(cell, ledger).1;
        let measured = of_cell(end).since(of_cell(before));
        let warm_up = of_cell(warm).since(of_cell(start));
        builder.broken.extend(broken_rules(&Evidence {
            cell,
            workload: &section.workload,
            seen: &builder.seen,
            measured: &measured,
            warm_up: &warm_up,
            other: &of_other(end).since(of_other(start)),
            pinned: &self.plan.handshake_of(cell),
            terms: self.plan.terms(cell),
        }));
        builder.measured = Some(measured);
        builder.warm_up = Some(warm_up);
    }
}

/// The cost of a process between two readings; nothing for a server that is not ours.
pub(crate) fn cost_between(before: Option<Reading>, after: Option<Reading>) -> Cost {
    before.zip(after).map(|(before, after)| after.since(&before)).unwrap_or_default()
}

/// The side of the ledger that `cell` must have used, and the one that must be unused.
pub(crate) fn sides<'a>(cell: &Cell, ledger: &'a Ledger) -> (&'a Side, &'a Side) {
    if cell.is_tls() { (&ledger.https, &ledger.http) } else { (&ledger.http, &ledger.https) }
}
