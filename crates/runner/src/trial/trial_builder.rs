//! Collects a trial's measurements, however it ends, and builds its record.

use ledger::Side;
use measure::kernel::Counters;
use measure::process::Cost;
use measure::protocol::{Finished, Ready, Seen};
use measure::result::{Section, Terms, Trial, Validity};
use workload::floor::is_floor;
use workload::{Cell, Rate};

use crate::plan::Plan;
use crate::trial::pace;
use crate::trial::saturation::{self, Load};

/// The measurements of a trial until its end, however it ended.
#[derive(Default)]
pub(crate) struct TrialBuilder {
    pub(crate) ready: Option<Ready>,
    pub(crate) finished: Option<Finished>,
    pub(crate) seen: Seen,
    pub(crate) client: Cost,
    pub(crate) origin: Cost,
    pub(crate) peak_memory_bytes: u64,
    pub(crate) measured: Option<Side>,
    pub(crate) warm_up: Option<Side>,
    pub(crate) before: Counters,
    pub(crate) after: Counters,
    pub(crate) threads: Option<u64>,
    pub(crate) verifies: Option<bool>,
    /// Whether there is no ledger to check the responses against.
    pub(crate) unproven: bool,
    pub(crate) broken: Vec<String>,
}

impl TrialBuilder {
    /// A trial of `cell`; `faults` is what a check found wrong with how its client verifies certificates, and
    /// `insecure` whether the client was told not to verify them.
    pub(crate) fn begin(cell: &Cell, faults: &[String], insecure: bool) -> TrialBuilder {
        TrialBuilder {
            broken: faults.to_vec(),
            // A floor opens no connection, so it is not checked.
            verifies: (cell.is_tls() && !is_floor(cell)).then_some(faults.is_empty() && !insecure),
            ..TrialBuilder::default()
        }
    }

    /// The record of it.
    pub(crate) fn build(mut self, plan: &Plan, section: &Section, cell: &Cell, round: u32) -> Trial {
        let terms = plan.terms(cell);
        // A program is not asked for its abilities, and an engine that does not support a rate or duration may fail
        // before it is ready.
        let told = self.ready.as_ref().map_or(plan.external_engine(cell).is_none(), |ready| ready.paces);
        let reason = pace::unfit(&section.workload, told, &cell.client);
        self.broken.extend(reason.filter(|reason| !self.broken.contains(reason)));
        let wall_ns = self.finished.map_or(0, |finished| finished.ended_ns.saturating_sub(finished.started_ns));
        let mut flags = saturation::flags(&Load {
            workload: &section.workload,
            pinning: &plan.run.pinning,
            ports: plan.ports,
            wall_ns,
            client: self.client,
            origin: self.origin,
            before: self.before,
            after: self.after,
            client_in_flight: self.seen.most_in_flight,
            ledger: self.measured.as_ref(),
        });
        if terms == Terms::Floor {
            // Limits of connections do not apply to a cell that makes none.
            flags.clear();
        }
        let client = client_cost(terms, &self.seen, self.client);
        Trial {
            run: Some(plan.run.started.clone()),
            section: section.name.clone(),
            cell: cell.clone(),
            arm: None,
            round,
            verdict: match (self.broken.is_empty(), self.unproven) {
                (true, false) => Validity::Valid,
                (true, true) => Validity::Unproven,
                (false, _) => Validity::Invalid(self.broken),
            },
            engine: self.ready,
            wall_ns,
            right: self.seen.right,
            errors: self.seen.errors,
            client,
            origin: self.origin,
            peak_memory_bytes: self.peak_memory_bytes,
            recorder_bytes: self.finished.map_or(0, |finished| finished.recorder_bytes),
            ledger: self.measured,
            warm_up: self.warm_up,
            flags,
            steal_ns: self.after.steal_ns.saturating_sub(self.before.steal_ns),
            time_wait: self.before.time_wait,
            histograms: self.seen.histograms,
            phases: Default::default(),
            sample: self.seen.sample,
            trace: self.seen.trace,
            profile: self.seen.profile,
            terms,
            client_in_flight: self.seen.most_in_flight,
            event_loop: self.seen.event_loop,
            threads: self.threads,
            verifies: self.verifies,
            late: self.seen.late.filter(|_| section.workload.rate.is_some()),
            pacer_cpu_ns: pacer_cpu_ns(terms, section.workload.rate, self.seen.pacer_cpu_ns),
        }
    }
}

/// CPU time of pacing that is subtracted from the client's: only that of tlstax's own pacer. What another engine
/// reports is not subtracted, so its pacing is part of its cost.
fn pacer_cpu_ns(terms: Terms, rate: Option<Rate>, told: Option<u64>) -> Option<u64> {
    match terms {
        Terms::Pinned | Terms::Stock => told.filter(|_| rate.is_some()),
        Terms::Pooled | Terms::Command | Terms::Floor => None,
    }
}

/// The client's cost: that of the process, unless the process did the server's work as well.
fn client_cost(terms: Terms, seen: &Seen, process: Cost) -> Cost {
    match terms {
        Terms::Floor => Cost { cpu_ns: seen.client_cpu_ns.unwrap_or_default(), user_share: None },
        // Whatever another engine reports, its CPU clock is read from outside.
        Terms::Pinned | Terms::Pooled | Terms::Stock | Terms::Command => process,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_floor_tells_its_own_cost() {
        let process = Cost { cpu_ns: 900, user_share: Some(0.5) };
        let seen = Seen { client_cpu_ns: Some(300), ..Seen::default() };
        assert_eq!(client_cost(Terms::Floor, &seen, process), Cost { cpu_ns: 300, user_share: None });
        assert_eq!(client_cost(Terms::Floor, &Seen::default(), process).cpu_ns, 0);
        for terms in [Terms::Pinned, Terms::Pooled, Terms::Stock, Terms::Command] {
            assert_eq!(client_cost(terms, &seen, process), process);
        }
    }
}
