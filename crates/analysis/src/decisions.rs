//! What to choose, by the figures of a run: a decision for each kind of work in it. A tie is reported as a tie, and too
//! few rounds give no winner.
//!
//! Cells are compared by client CPU where work costs CPU, and by the length of a trial where requests wait. Cells that
//! had far fewer requests in flight than the concurrency allows are no candidates, because they did other work.

use measure::result::{Flag, TrialOrder};
use stats::Order;

use crate::compare::{Comparison, compare};
use crate::figure::Figure;
use crate::row::{Round, Row, Tax};
use crate::summary::Summary;

/// The decision for one kind of work.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// The section that it is based on.
    pub summary: &'a Summary,
    /// The figure that was compared.
    pub yardstick: Yardstick,
    /// The cell that costs least.
    pub best: &'a Row,
    /// Its cost.
    pub figure: Figure,
    /// Cells that do not differ from it significantly.
    pub ties: Vec<&'a Row>,
    /// Cells that cost more, the most expensive last.
    pub dearer: Vec<(&'a Row, Comparison)>,
    /// Cells with too few rounds in common with it to be compared.
    pub unknown: Vec<&'a Row>,
    /// Cells that cost no more than it, and whose model is discontinued: they are never recommended.
    pub discontinued: Vec<&'a Row>,
}

/// The figure by which cells are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yardstick {
    /// Client CPU per request, µs.
    ClientCpu,
    /// Time from first to last request, ns.
    WallTime,
}

/// The kind of choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Nothing: there were too few rounds.
    TooFewRounds {
        /// The fewest that a cell has.
        rounds: usize,
    },
    /// Nothing: there was one cell alone.
    NothingElse,
    /// The cell that costs least, or one that ties with it.
    Least,
}

/// CPU time a day below which a choice does not matter, seconds: a minute of one core.
const MATTERS_FROM: f64 = 60.0;

/// A decision for every section that has cells over TLS which may be compared.
pub fn decisions(summaries: &[Summary], rounds: TrialOrder) -> Vec<Decision<'_>> {
    // Cells that differ in more than model, client and stack are not alternatives.
    summaries.iter().filter(|summary| summary.is_uniform()).filter_map(|summary| decision(summary, rounds)).collect()
}

impl Yardstick {
    fn of(self) -> fn(&Round) -> f64 {
        match self {
            Yardstick::ClientCpu => |round| round.client_us,
            Yardstick::WallTime => |round| round.wall_ns,
        }
    }

    fn figure(self, row: &Row) -> Option<Figure> {
        let figures = row.figures.as_ref()?;
        Some(match self {
            Yardstick::ClientCpu => figures.client_us,
            Yardstick::WallTime => figures.wall_ns,
        })
    }
}

fn decision(summary: &Summary, rounds: TrialOrder) -> Option<Decision<'_>> {
    let yardstick = if summary.is_told_by_time() { Yardstick::WallTime } else { Yardstick::ClientCpu };
    let fit = |row: &&Row| row.cell.is_tls() && row.compares() && !row.flags.contains(&Flag::FewInFlight);
    let mut rows: Vec<(&Row, Figure)> =
        summary.rows.iter().filter(fit).filter_map(|row| Some((row, yardstick.figure(row)?))).collect();
    // Of what is discontinued none is the best.
    rows.sort_by(|a, b| a.0.is_discontinued().cmp(&b.0.is_discontinued()).then(a.1.median.total_cmp(&b.1.median)));
    let ((best, figure), others) = rows.split_first().filter(|((best, _), _)| !best.is_discontinued())?;
    let mut decision = Decision {
        summary,
        yardstick,
        best,
        figure: *figure,
        ties: Vec::new(),
        dearer: Vec::new(),
        unknown: Vec::new(),
        discontinued: Vec::new(),
    };
    for (row, _) in others {
        match compare(best, row, yardstick.of(), rounds).map(|known| (Order::of_ratio(&known.ratio), known)) {
            Some((Order::More, known)) => decision.dearer.push((*row, known)),
            Some(_) | None if row.is_discontinued() => decision.discontinued.push(*row),
            // In pairs, the cell with the least median may turn out to cost more: that is a tie as well.
            Some((Order::Tie | Order::Less, _)) => decision.ties.push(*row),
            Some((Order::Unknown, _)) | None => decision.unknown.push(*row),
        }
    }
    decision.dearer.sort_by(|a, b| a.1.added.median.total_cmp(&b.1.added.median));
    Some(decision)
}

impl<'a> Decision<'a> {
    /// The kind of choice that the figures allow.
    pub fn choice(&self) -> Choice {
        let alone = self.ties.is_empty() && self.dearer.is_empty();
        if !self.figure.confident || (alone && !self.unknown.is_empty()) {
            let counted = self.unknown.iter().map(|row| row.counted).chain([self.best.counted]);
            return Choice::TooFewRounds { rounds: counted.min().unwrap_or(0) };
        }
        if alone { Choice::NothingElse } else { Choice::Least }
    }

    /// The most expensive cell, and from how many requests a day it costs a minute of CPU more than the cheapest;
    /// `None` if that cannot be computed.
    pub fn matters_from(&self) -> Option<(&'a Row, f64)> {
        let (row, dearest) = self.dearer.last()?;
        // The interval's upper end, so that the statement is on the safe side.
        let added = dearest.added.high;
        if self.summary.waits() || added <= 0.0 {
            return None;
        }
        let requests = MATTERS_FROM / (added / 1e6);
        // One significant digit: more would suggest knowledge of the machine that it will run on.
        let power = 10f64.powf(requests.log10().floor());
        Some((*row, (requests / power).floor() * power))
    }

    /// What TLS adds to the cheapest model and client, for each stack.
    pub fn taxes(&self) -> impl Iterator<Item = (&'a Row, Tax)> {
        let chosen = &self.best.cell;
        let same = move |row: &&Row| row.cell.model == chosen.model && row.cell.client == chosen.client;
        self.summary.rows.iter().filter(same).filter_map(|row| Some((row, row.figures.as_ref()?.tls_tax?)))
    }
}
