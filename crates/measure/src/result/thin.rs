//! Thins trials: removes what no table, chart or comparison uses.
//!
//! Other crates decide which figures are shown. This file keeps what those are computed from, so that a thinned run is
//! displayed like the complete one. A test of `tlstax` checks that for every committed run.

use std::collections::BTreeSet;

use super::{PhaseTime, Terms, Trial};
use crate::histogram::HistogramError;
use crate::phase::{Phase, Timeline};
use crate::recorder::FROM_START;

/// Removes from the trials of a run:
///
/// - the histogram of each phase, which its [`PhaseTime`] replaces; those of whole requests are kept, and at a fixed
///   rate that of the queue, which shows how exactly requests were started,
/// - of each timeline all timestamps but when the request was due and done; complete timelines are kept where they may
///   be drawn: in the first trial that counts of each pinned cell over TLS,
/// - the origin's log of requests.
///
/// A trial with a trace is not changed, because its chart uses all of these.
///
/// # Errors
///
/// A histogram can't be decoded; then nothing is changed.
pub fn thin(trials: &mut [Trial]) -> Result<(), HistogramError> {
    let times = trials.iter().map(phase_times).collect::<Result<Vec<_>, _>>()?;
    let drawn = drawn(trials);
    for ((index, trial), times) in trials.iter_mut().enumerate().zip(times) {
        if !trial.trace.is_empty() {
            continue;
        }
        let paced = trial.late.is_some() || trial.histograms.contains_key(FROM_START);
        for (phase, time) in times.into_iter().filter(|(phase, _)| !(paced && *phase == Phase::Queue)) {
            trial.histograms.remove(phase.name());
            trial.phases.insert(phase.name().to_owned(), time);
        }
        if !drawn.contains(&index) {
            let both = |line: &Timeline| Timeline { due: line.due, done: line.done, ..Timeline::default() };
            trial.sample = trial.sample.iter().map(both).collect();
        }
        for side in trial.ledger.iter_mut().chain(&mut trial.warm_up) {
            side.log = Vec::new();
        }
    }
    Ok(())
}

fn phase_times(trial: &Trial) -> Result<Vec<(Phase, PhaseTime)>, HistogramError> {
    let all = Phase::ALL.into_iter();
    all.filter_map(|phase| trial.phase_time(phase).transpose().map(|time| time.map(|time| (phase, time)))).collect()
}

/// The indices of the trials whose timelines may be drawn.
fn drawn(trials: &[Trial]) -> BTreeSet<usize> {
    let mut sampled: Vec<usize> = (0..trials.len()).collect();
    sampled.retain(|&index| trials[index].counts() && !trials[index].sample.is_empty());
    sampled.sort_by_key(|&index| trials[index].round);
    let mut seen = BTreeSet::new();
    sampled.retain(|&index| seen.insert((trials[index].section.clone(), trials[index].cell.to_string())));
    sampled.retain(|&index| trials[index].terms == Terms::Pinned && trials[index].cell.is_tls());
    sampled.into_iter().collect()
}
