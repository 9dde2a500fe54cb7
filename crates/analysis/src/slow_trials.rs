//! Trials that took far longer than the others of their cell. They count all the same: a median does not mind one of
//! them, and a reader may want to know what happened.

use crate::row::Row;

/// From how many times the median of its trials on a trial is remarked.
const TIMES: f64 = 5.0;

/// Trials that a median to be told from takes.
const FEWEST: usize = 3;

/// A trial that took long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlowTrial {
    /// Its round.
    pub round: u32,
    /// How long it took, ns.
    pub wall_ns: f64,
    /// The same ÷ the median of its cell's trials.
    pub times: f64,
}

/// The trials of a row that took long, by round.
pub fn slow_trials(row: &Row) -> Vec<SlowTrial> {
    let Some(median) = row.figures.as_ref().map(|figures| figures.wall_ns.median).filter(|median| *median > 0.0) else {
        return Vec::new();
    };
    let told = row.rounds.iter().filter(|_| row.rounds.len() >= FEWEST);
    let trials =
        told.map(|round| SlowTrial { round: round.number, wall_ns: round.wall_ns, times: round.wall_ns / median });
    trials.filter(|trial| trial.times >= TIMES).collect()
}
